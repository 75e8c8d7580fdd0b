import assert from 'node:assert/strict';
import {
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  constants,
  verify,
} from 'node:crypto';
import { after, describe, it } from 'node:test';
import { hsmWorld, refusedAs } from '../../../test/support/hsm/hsm-world.ts';
import {
  keyPairKinds,
  type CommandOutput,
  type KeyPairKind,
  type KeyTemplate,
} from '../wire/index.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const [first, second] = world.hsms;
const alice = await world.login('alice', 'crypto-user', first);
const aliceElsewhere = await world.login('alice', 'crypto-user', second);
const admin = await world.login('admin', 'admin');
const message = Buffer.from('message');
const aad = Buffer.alloc(0);

function makePair(
  kind: KeyPairKind,
  privateTemplate: KeyTemplate,
  publicTemplate: KeyTemplate = {},
): Promise<CommandOutput<'generateKeyPair'>> {
  return alice.call('generateKeyPair', { kind, publicTemplate, privateTemplate });
}
/** Creates a key that can wrap key tokens, of which an admin has made sure. */
async function trustedKey(): Promise<string> {
  const template = { wrap: true, unwrap: true };
  const { handle } = await alice.call('generateKey', { keyType: 'aes', length: 32, template });
  await admin.call('setAttribute', { handle, name: 'trusted', value: true });
  return handle;
}
const signing = { mechanism: 'ecdsa-sha256', form: 'raw', data: message } as const;

describe('a token key pair', () => {
  it('is on both HSMs, as two keys', async () => {
    const { publicKey, privateKey } = await makePair(
      'secp256r1',
      { label: 'mine', sign: true },
      { label: 'theirs', verify: true },
    );
    assert.deepEqual(
      [privateKey, publicKey].map(
        ({ attributes: { class: kind, label, sensitive, curve }, coverage }) => [
          kind,
          label,
          sensitive,
          curve,
          { ...coverage },
        ],
      ),
      [
        ['private-key', 'mine', true, 'secp256r1', { on: 2, of: 2 }],
        ['public-key', 'theirs', false, 'secp256r1', { on: 2, of: 2 }],
      ],
    );
    assert.equal(privateKey.attributes['key-type'], 'ec');
    assert.equal(privateKey.attributes['check-value'], publicKey.attributes['check-value']);
    const { signature } = await alice.call('sign', { key: privateKey.handle, ...signing });
    const elsewhere = await aliceElsewhere.call('verify', {
      key: publicKey.handle,
      ...signing,
      signature,
    });
    assert.equal(elsewhere.valid, true);
    const exported = await aliceElsewhere.call('exportPublicKey', { key: privateKey.handle });
    assert.deepEqual(exported, await alice.call('exportPublicKey', { key: publicKey.handle }));
    const key = createPublicKey({
      key: Buffer.from(exported.publicKey),
      format: 'der',
      type: 'spki',
    });
    assert.ok(verify('sha256', message, key, signature));
    const { keys } = await alice.call('findKeys', {
      filter: { attributes: { curve: 'secp256r1', class: 'private-key' } },
      limit: 10,
    });
    assert.deepEqual(
      keys.map(({ handle }) => handle),
      [privateKey.handle],
    );
  });

  it('allows only the operations of its halves', async () => {
    const { publicKey, privateKey } = await makePair('secp256r1', {});
    const attempts = [
      alice.call('sign', { key: privateKey.handle, ...signing }),
      alice.call('verify', { key: privateKey.handle, ...signing, signature: message }),
      alice.call('verify', { key: publicKey.handle, ...signing, signature: message }),
      alice.call('deriveSecret', { key: privateKey.handle, publicKey: message }),
    ];
    for (const attempt of attempts) await assert.rejects(attempt, refusedAs('key-not-usable'));
    await alice.call('setAttribute', { handle: privateKey.handle, name: 'sign', value: true });
    const { signature } = await alice.call('sign', { key: privateKey.handle, ...signing });
    // A user who may sign may also verify.
    assert.equal(
      (await alice.call('verify', { key: privateKey.handle, ...signing, signature })).valid,
      true,
    );
    await assert.rejects(
      alice.call('sign', { key: publicKey.handle, ...signing }),
      refusedAs('key-not-usable'),
    );
  });

  it('that cannot be on two HSMs is not created, neither half', async () => {
    await using alone = await hsmWorld(1);
    const user = await alone.login('alice');
    const order = { kind: 'ed25519', publicTemplate: {}, privateTemplate: {} } as const;
    await assert.rejects(user.call('generateKeyPair', order), refusedAs('insufficient-copies'));
    assert.equal((await user.call('findKeys', { filter: {}, limit: 10 })).total, 0);
    const { privateKey } = await user.call('generateKeyPair', {
      ...order,
      privateTemplate: { token: false },
    });
    assert.equal(privateKey.attributes.token, false);
  });

  for (const kind of keyPairKinds.filter((one) => one !== 'rsa-3072' && one !== 'rsa-4096')) {
    it(`can be of kind ${kind}`, async () => {
      const { privateKey, publicKey } = await makePair(kind, { token: false });
      assert.equal(publicKey.attributes.token, false, 'the public key goes with the private one');
      assert.match(privateKey.attributes['check-value'], /^0x[0-9a-f]{6}$/);
      await assert.rejects(
        alice.call('encrypt', { key: privateKey.handle, plaintext: message, aad }),
        refusedAs('key-not-usable'),
      );
    });
  }
});

describe('concurrent key pair generations', () => {
  it('are queued, and rejected if too many wait', async () => {
    const orders = Array.from({ length: 100 }, () => makePair('secp521r1', { token: false }));
    const outcomes = await Promise.allSettled(orders);
    const refusals = outcomes.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as unknown] : [],
    );
    assert.ok(refusals.length > 0 && refusals.length < 100, String(refusals.length));
    for (const refusal of refusals) assert.ok(refusedAs('busy', /too many key pairs/)(refusal));
    await makePair('secp521r1', { token: false });
  });
});

describe('keys of the wrong kind', () => {
  it('are rejected, and so are bytes that are not a key', async () => {
    const { privateKey } = await makePair('secp256r1', {
      token: false,
      sign: true,
      derive: true,
      decrypt: true,
    });
    const key = privateKey.handle;
    await assert.rejects(
      alice.call('sign', { key, mechanism: 'rsa-pkcs-sha256', form: 'raw', data: message }),
      refusedAs('invalid-argument'),
    );
    await assert.rejects(
      alice.call('sign', { key, mechanism: 'ecdsa-sha256', form: 'digest', data: message }),
      refusedAs('invalid-argument'),
    );
    await assert.rejects(
      alice.call('decapsulate', { key, ciphertext: message }),
      refusedAs('invalid-argument'),
    );
    await assert.rejects(
      alice.call('mac', { key, hash: 'sha256', message }),
      refusedAs('invalid-argument'),
    );
    await assert.rejects(
      alice.call('encrypt', { key, plaintext: message, aad }),
      refusedAs('invalid-argument'),
    );
    const otherCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
      format: 'der',
      type: 'spki',
    });
    for (const publicKey of [message, otherCurve]) {
      await assert.rejects(
        alice.call('deriveSecret', { key, publicKey }),
        refusedAs('key-invalid'),
      );
    }
    await assert.rejects(
      alice.call('generateKey', { keyType: 'aes', length: 20, template: {} }),
      refusedAs('key-invalid'),
    );
  });

  it('are rejected for AAD: encryption to a public key does not support it', async () => {
    const { privateKey } = await makePair('rsa-2048', { token: false, decrypt: true });
    const cipher = { key: privateKey.handle, mechanism: 'rsa-oaep-sha256' } as const;
    await assert.rejects(
      alice.call('encrypt', { ...cipher, plaintext: message, aad: Buffer.of(1) }),
      refusedAs('invalid-argument'),
    );
    const { ciphertext } = await alice.call('encrypt', { ...cipher, plaintext: message, aad });
    assert.deepEqual(
      Buffer.from((await alice.call('decrypt', { ...cipher, ciphertext, aad })).plaintext),
      message,
    );
  });
});

describe('keys that the HSM does not keep', () => {
  it('are generated and unwrapped under a wrapping key, and leave nothing behind', async () => {
    const wrappingKey = await trustedKey();
    const before = (await alice.call('findKeys', { filter: {}, limit: 1 })).total;
    const form = { class: 'private-key', type: 'secp256r1' } as const;
    const binding = Buffer.from('its id');
    const { wrapped, publicKey } = await alice.call('generateWrappedKey', {
      wrappingKey,
      form,
      template: { sign: true },
      binding,
    });
    assert.equal((await alice.call('findKeys', { filter: {}, limit: 1 })).total, before);
    const template = { token: false };
    const mechanism = 'aes-gcm-bound';
    const key = await aliceElsewhere.call('unwrapKey', {
      wrappingKey,
      wrapped,
      form,
      mechanism,
      binding,
      template,
    });
    const { signature } = await aliceElsewhere.call('sign', { key: key.handle, ...signing });
    const spki = createPublicKey({
      key: Buffer.from(publicKey ?? []),
      format: 'der',
      type: 'spki',
    });
    assert.ok(verify('sha256', message, spki, signature));
    // It can only be unwrapped as its own kind and under its own binding.
    const elsewhere = {
      wrappingKey,
      wrapped,
      form,
      mechanism,
      binding: Buffer.from('another'),
      template,
    } as const;
    await assert.rejects(alice.call('unwrapKey', elsewhere), refusedAs('ciphertext-invalid'));
    for (const other of [
      { class: 'secret-key', type: 'generic-secret' },
      { class: 'private-key', type: 'secp256k1' },
    ] as const) {
      const attempt = alice.call('unwrapKey', {
        wrappingKey,
        wrapped,
        form: other,
        mechanism,
        binding,
        template,
      });
      await assert.rejects(attempt, refusedAs('ciphertext-invalid'));
    }
    await assert.rejects(
      alice.call('unwrapKey', { wrappingKey, wrapped, form, template }),
      refusedAs('ciphertext-invalid'),
    );
  });

  it('are rewrapped from their owner’s wrapping, with their own fingerprint', async () => {
    const toKey = await trustedKey();
    const { privateKey } = await makePair('rsa-2048', { token: false, unwrap: true });
    const { publicKey } = await alice.call('exportPublicKey', { key: privateKey.handle });
    const spki = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    const secret = Buffer.alloc(32, 7);
    const wrapped = publicEncrypt(
      { key: spki, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      secret,
    );
    const form = { class: 'secret-key', type: 'generic-secret' } as const;
    const order = {
      fromKey: privateKey.handle,
      mechanism: 'rsa-oaep-sha256',
      wrapped,
      form,
      template: { sign: true },
      toKey,
      prefix: Buffer.from('a'),
    } as const;
    const taken = await alice.call('rewrapKey', order);
    assert.equal(taken.length, 32);
    const again = await alice.call('rewrapKey', order);
    assert.deepEqual(again.fingerprint, taken.fingerprint);
    const elsewhere = await alice.call('rewrapKey', { ...order, prefix: Buffer.from('b') });
    assert.notDeepEqual(elsewhere.fingerprint, taken.fingerprint);
    await assert.rejects(
      alice.call('rewrapKey', { ...order, wrapped: wrapped.subarray(1) }),
      refusedAs('ciphertext-invalid'),
    );
    const template = { token: false };
    const mechanism = 'aes-gcm-bound';
    const key = await alice.call('unwrapKey', {
      wrappingKey: toKey,
      wrapped: taken.wrapped,
      form,
      mechanism,
      binding: taken.fingerprint,
      template,
    });
    assert.equal(key.attributes['check-value'], '', 'generic secrets have none');
    assert.equal(
      (await alice.call('mac', { key: key.handle, hash: 'sha256', message })).mac.length,
      32,
    );
  });

  it('cannot be exported by a user who may unwrap them', async () => {
    const domain = await trustedKey();
    const { handle: own } = await alice.call('generateKey', {
      keyType: 'aes',
      length: 32,
      template: { wrap: true, unwrap: true },
    });
    const form = { class: 'secret-key', type: 'aes' } as const;
    const { wrapped } = await alice.call('generateWrappedKey', {
      wrappingKey: domain,
      form: { ...form, length: 32 },
      binding: aad,
    });
    const bound = { wrapped, form, mechanism: 'aes-gcm-bound' } as const;
    for (const order of [bound, { ...bound, mechanism: 'aes-kwp' }] as const) {
      const rewrap = alice.call('rewrapKey', {
        ...order,
        fromKey: domain,
        toKey: own,
        prefix: aad,
      });
      await assert.rejects(rewrap, refusedAs('key-not-extractable'));
    }
    await assert.rejects(
      alice.call('rewrapKey', { ...bound, fromKey: domain, toKey: domain, prefix: aad }),
      refusedAs('key-not-extractable'),
    );
    const template = { token: false, extractable: true, 'wrap-with-trusted': false };
    await assert.rejects(
      alice.call('unwrapKey', { ...bound, wrappingKey: domain, template }),
      refusedAs('template-inconsistent', /extractable=false/),
    );
    const opened = await alice.call('unwrapKey', {
      ...bound,
      wrappingKey: domain,
      template: { token: false },
    });
    for (const wrappingKey of [own, domain]) {
      await assert.rejects(
        alice.call('wrapKey', { key: opened.handle, wrappingKey }),
        refusedAs('key-not-extractable'),
      );
    }
    const leaving = await alice.call('generateKey', {
      keyType: 'aes',
      length: 32,
      template: { token: false, extractable: true },
    });
    const plain = (await alice.call('wrapKey', { key: leaving.handle, wrappingKey: domain }))
      .wrapped;
    const back = await alice.call('unwrapKey', { wrappingKey: domain, wrapped: plain, template });
    await assert.rejects(
      alice.call('wrapKey', { key: back.handle, wrappingKey: own }),
      refusedAs('key-not-extractable'),
    );
    await alice.call('wrapKey', { key: back.handle, wrappingKey: domain });
    await assert.rejects(
      alice.call('setAttribute', { handle: back.handle, name: 'wrap-with-trusted', value: false }),
      refusedAs('invalid-argument'),
    );
  });
});
