/**
 * Attacks by the owner of a key that may leave the HSMs under trusted keys only: they try to get
 * it in plaintext.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { hsmWorld, refusedAs } from '../support/hsm/hsm-world.ts';
import { HsmError, type KeyTemplate } from '../../src/hsm/wire/index.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const admin = await world.login('admin', 'admin');
const owner = await world.login('owner');
const mechanism = 'rsa-oaep-sha256';
const aad = Buffer.alloc(0);
const confined = { 'unwrap-template': { extractable: false } } as const;

/** Creates the key that must not leave in plaintext. */
async function guardedKey(): Promise<string> {
  const template = { extractable: true, 'wrap-with-trusted': true, encrypt: true };
  return (await owner.call('generateKey', { keyType: 'aes', length: 32, template })).handle;
}

async function makePair(privateTemplate: KeyTemplate, publicTemplate: KeyTemplate = {}) {
  const { publicKey, privateKey } = await owner.call('generateKeyPair', {
    kind: 'rsa-2048',
    publicTemplate: { wrap: true, encrypt: true, ...publicTemplate },
    privateTemplate,
  });
  return { publicKey: publicKey.handle, privateKey: privateKey.handle };
}

async function makeAes(template: KeyTemplate): Promise<string> {
  return (await owner.call('generateKey', { keyType: 'aes', length: 32, template })).handle;
}

function trust(handle: string, value = true): Promise<unknown> {
  return admin.call('setAttribute', { handle, name: 'trusted', value });
}

/** Trusts a key, wraps a guarded key under it, and returns the result or why that failed. */
async function wrapUnder(wrappingKey: string): Promise<Uint8Array | HsmError> {
  try {
    await trust(wrappingKey);
    const key = await guardedKey();
    return (await owner.call('wrapKey', { key, wrappingKey, mechanism })).wrapped;
  } catch (error) {
    if (error instanceof HsmError) return error;
    throw error;
  }
}

async function notWrapped(wrappingKey: string): Promise<void> {
  const outcome = await wrapUnder(wrappingKey);
  assert.ok(
    outcome instanceof HsmError,
    'the guarded key left under a key that the owner can open',
  );
  assert.match(outcome.message, /could open what the key wraps/);
}

describe('a key that leaves under trusted keys only', () => {
  it('does not leave under a public key whose private half decrypts, unwraps or leaves', async () => {
    for (const template of [
      { decrypt: true },
      { unwrap: true },
      { extractable: true },
      // The owner could allow it to decrypt later.
      {},
      { unwrap: true, 'unwrap-template': { label: 'anything' } },
    ]) {
      const { publicKey, privateKey } = await makePair(template);
      await notWrapped(publicKey);
      await notWrapped(privateKey);
    }
  });

  it('does not leave under a copy of such a public key', async () => {
    for (const token of [true, false]) {
      const pair = await makePair({ decrypt: true, token });
      const { publicKey } = await owner.call('exportPublicKey', { key: pair.publicKey });
      const { handle } = await owner.call('importPublicKey', {
        kind: 'rsa-2048',
        publicKey,
        template: { wrap: true },
      });
      await notWrapped(handle);
    }
  });

  it('does not leave under an RSA key whose exponent hides nothing', async () => {
    const { publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicExponent: 3,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    const order = { kind: 'rsa-2048', publicKey, template: { wrap: true } } as const;
    await assert.rejects(
      owner.call('importPublicKey', order),
      refusedAs('invalid-argument', /exponent/),
    );
  });

  it('does not leave if the private half comes after the trust', async () => {
    const kek = await makeAes({ wrap: true, unwrap: true });
    const pair = await makePair({ extractable: true });
    const { publicKey } = await owner.call('exportPublicKey', { key: pair.publicKey });
    const form = { class: 'private-key', type: 'rsa-2048' } as const;
    const { wrapped } = await owner.call('wrapKey', { key: pair.privateKey, wrappingKey: kek });
    await owner.call('destroyKey', { handle: pair.privateKey });
    const { handle } = await owner.call('importPublicKey', {
      kind: 'rsa-2048',
      publicKey,
      template: { wrap: true },
    });
    // Nobody in the HSM can open it now. An admin who trusts an imported key vouches for the rest.
    await trust(handle);
    const template = { token: false, decrypt: true };
    await owner.call('unwrapKey', { wrappingKey: kek, wrapped, form, template });
    const key = await guardedKey();
    await assert.rejects(
      owner.call('wrapKey', { key, wrappingKey: handle, mechanism }),
      refusedAs('not-permitted', /could open/),
    );
  });

  it('leaves under a public key whose private half only unwraps into keys that stay, and is never opened otherwise', async () => {
    for (const prescribed of [{ extractable: false }, { 'wrap-with-trusted': true }]) {
      const { publicKey, privateKey } = await makePair({
        unwrap: true,
        'unwrap-template': prescribed,
      });
      const wrapped = await wrapUnder(publicKey);
      assert.ok(!(wrapped instanceof HsmError), String(wrapped));
      const cipher = { key: privateKey, mechanism, ciphertext: wrapped, aad } as const;
      await assert.rejects(owner.call('decrypt', cipher), refusedAs('key-not-usable'));
      await assert.rejects(
        owner.call('setAttribute', { handle: privateKey, name: 'decrypt', value: true }),
        refusedAs('not-permitted'),
      );
      // Neither while it is trusted nor later.
      for (const trusted of [true, false]) {
        await trust(publicKey, trusted);
        await notOpened(privateKey, wrapped);
      }
    }
  });

  /** Unwraps a key in every way that could make it leave. */
  async function notOpened(wrappingKey: string, wrapped: Uint8Array): Promise<void> {
    const own = await makeAes({ wrap: true });
    for (const template of [
      { token: false },
      { token: false, extractable: true },
      { token: false, extractable: true, 'wrap-with-trusted': false },
      { token: false, extractable: true, 'wrap-with-trusted': true },
    ]) {
      try {
        const { handle } = await owner.call('unwrapKey', {
          wrappingKey,
          wrapped,
          template,
          mechanism,
        });
        await owner.call('wrapKey', { key: handle, wrappingKey: own });
        assert.fail('the key left under a key that is not trusted');
      } catch (error) {
        assert.ok(error instanceof HsmError, String(error));
        assert.ok(
          error.code === 'template-inconsistent' || error.code === 'key-not-extractable',
          error.message,
        );
      }
    }
  }

  it('does not leave under a secret key that can itself leave', async () => {
    const extractable = await makeAes({ wrap: true, unwrap: true, extractable: true });
    await assert.rejects(trust(extractable), refusedAs('not-permitted', /extractable/));
  });

  it('is not opened with the trusted secret key, while that is trusted or later', async () => {
    const wrappingKey = await makeAes({ wrap: true, unwrap: true, decrypt: true, encrypt: true });
    await trust(wrappingKey);
    const key = await guardedKey();
    const { wrapped } = await owner.call('wrapKey', { key, wrappingKey });
    await assert.rejects(
      owner.call('decrypt', { key: wrappingKey, ciphertext: wrapped, aad }),
      refusedAs('ciphertext-invalid'),
    );
    const own = await makeAes({ wrap: true });
    for (const trusted of [true, false]) {
      await trust(wrappingKey, trusted);
      const { handle, attributes } = await owner.call('unwrapKey', {
        wrappingKey,
        wrapped,
        template: { token: false, extractable: true, 'wrap-with-trusted': false },
      });
      assert.equal(attributes['wrap-with-trusted'], true);
      await assert.rejects(
        owner.call('wrapKey', { key: handle, wrappingKey: own }),
        refusedAs('key-not-extractable'),
      );
    }
  });

  it('does not leave under keys of pairs that only agree, sign or encapsulate', async () => {
    const kinds = ['secp256r1', 'ml-kem-768', 'ed25519'] as const;
    for (const kind of kinds) {
      const { publicKey } = await owner.call('generateKeyPair', {
        kind,
        publicTemplate: { wrap: true },
        privateTemplate: confined,
      });
      await trust(publicKey.handle);
      for (const one of [mechanism, 'aes-kwp'] as const)
        await assert.rejects(
          owner.call('wrapKey', {
            key: await guardedKey(),
            wrappingKey: publicKey.handle,
            mechanism: one,
          }),
          refusedAs('invalid-argument'),
        );
    }
  });

  it('does not leave under a key that is not trusted, or in a key token', async () => {
    const { publicKey } = await makePair({});
    const key = await guardedKey();
    const own = await makeAes({ wrap: true });
    for (const [wrappingKey, one] of [
      [publicKey, mechanism],
      [own, 'aes-kwp'],
      [own, 'aes-gcm'],
    ] as const)
      await assert.rejects(
        owner.call('wrapKey', { key, wrappingKey, mechanism: one }),
        refusedAs('key-not-extractable', /trusted/),
      );
    await assert.rejects(
      owner.call('wrapKey', { key, wrappingKey: own, mechanism: 'aes-gcm-bound' }),
      refusedAs('invalid-argument'),
    );
  });

  it('is not opened by a pair that tries to be both: an unwrap template excludes decrypt and export', async () => {
    for (const template of [{ decrypt: true }, { extractable: true }])
      await assert.rejects(
        makePair({ unwrap: true, ...confined, ...template }),
        refusedAs('invalid-argument', /unwrap template/),
      );
  });
});
