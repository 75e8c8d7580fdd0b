/**
 * Attacks by the owner of a key that may leave the HSMs under trusted keys only. They aim at what
 * trust stands on: the other half of the pair, the parts of a wrapping, and HSMs that don't hear of
 * the trust.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { HsmConnection } from '../../src/hsm/client/index.ts';
import type { KeyTemplate } from '../../src/hsm/wire/index.ts';
import { hsmWorld, refusedAs, type WorldHsm } from '../support/hsm/hsm-world.ts';
import { until } from '../support/until.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const { first } = world;
const second = world.hsms.find((hsm) => hsm !== first) ?? first;
const admin = await world.login('admin', 'admin');
const owner = await world.login('owner');
const elsewhere = await world.login('owner', 'crypto-user', second);
const MODULUS_BYTES = 256;
const rsa = { class: 'private-key', type: 'rsa-2048' } as const;

async function makeAes(template: KeyTemplate): Promise<string> {
  return (await owner.call('generateKey', { keyType: 'aes', length: 32, template })).handle;
}

/** Creates the key that must not leave in plaintext. */
function guardedKey(): Promise<string> {
  return makeAes({ extractable: true, 'wrap-with-trusted': true });
}

function trust(handle: string, value = true): Promise<unknown> {
  return admin.call('setAttribute', { handle, name: 'trusted', value });
}

async function makePair(privateTemplate: KeyTemplate) {
  const { publicKey, privateKey } = await owner.call('generateKeyPair', {
    kind: 'rsa-2048',
    publicTemplate: { wrap: true },
    privateTemplate,
  });
  return { publicKey: publicKey.handle, privateKey: privateKey.handle };
}

/** Exports a key under one that is not trusted. */
async function leave(user: HsmConnection, key: string): Promise<void> {
  const known = await user.call('generateKey', {
    keyType: 'aes',
    length: 32,
    template: { token: false, wrap: true },
  });
  await user.call('wrapKey', { key, wrappingKey: known.handle });
}

async function isTrusted(user: HsmConnection, handle: string): Promise<boolean> {
  const { keys } = await user.call('findKeys', { filter: { handle }, limit: 1 });
  return keys[0]?.attributes.trusted ?? assert.fail('the key is gone');
}

/**
 * Restores the links between the HSMs, or breaks them: the HSMs can't reach each other, or the
 * control plane doesn't tell them of each other.
 */
async function setLinked(linked: boolean, how: 'unreachable' | 'untold' = 'unreachable') {
  for (const [hsm, peer] of [
    [first, second],
    [second, first],
  ] as const) {
    const broken = how === 'untold' ? [] : [{ ...peer.address, port: 1 }];
    await hsm.control.call('setPeers', { peers: linked ? [peer.address] : broken });
  }
  const isLinked = async ({ control }: WorldHsm): Promise<boolean> =>
    (await control.call('status', {})).linkedPeers.length > 0;
  await until('the links are so', async () => {
    const states = await Promise.all([first, second].map(isLinked));
    return states.every((state) => state === linked);
  });
}

describe('a key that leaves under trusted keys only', () => {
  it('does not leave by the parts of its wrapping: the AES key in it unwraps nothing that may leave', async () => {
    for (const prescribed of [{ extractable: false }, { 'wrap-with-trusted': true }]) {
      const pair = await makePair({ unwrap: true, 'unwrap-template': prescribed });
      await trust(pair.publicKey);
      const { wrapped } = await owner.call('wrapKey', {
        key: await guardedKey(),
        wrappingKey: pair.publicKey,
        mechanism: 'rsa-aes-sha256',
      });
      const wrappedAes = wrapped.subarray(0, MODULUS_BYTES);
      const rest = wrapped.subarray(MODULUS_BYTES);
      const open = {
        wrapped: wrappedAes,
        mechanism: 'rsa-oaep-sha256',
        form: { class: 'secret-key', type: 'aes' },
      } as const;

      const opened = await owner.call('unwrapKey', {
        ...open,
        wrappingKey: pair.privateKey,
        template: { unwrap: true },
      });
      // The same AES key by way of a key token.
      const domainKey = await makeAes({ wrap: true, unwrap: true });
      await trust(domainKey);
      const binding = Buffer.alloc(0);
      const token = await owner.call('rewrapKey', {
        ...open,
        fromKey: pair.privateKey,
        template: { unwrap: true },
        toKey: domainKey,
        prefix: binding,
      });
      const fromToken = await owner.call('unwrapKey', {
        wrappingKey: domainKey,
        wrapped: token.wrapped,
        mechanism: 'aes-gcm-bound',
        binding: token.fingerprint,
        template: { token: false },
      });

      for (const { handle: wrappingKey } of [opened, fromToken]) {
        const { handle } = await owner.call('unwrapKey', {
          wrappingKey,
          wrapped: rest,
          template: { token: false, extractable: true, 'wrap-with-trusted': false },
        });
        await assert.rejects(leave(owner, handle), refusedAs('key-not-extractable', /trusted/));
      }
    }
  });

  it('does not leave under a public key whose private half has left before', async () => {
    const { publicKey, privateKey } = await makePair({ extractable: true });
    const known = await makeAes({ wrap: true, unwrap: true });
    const { wrapped } = await owner.call('wrapKey', { key: privateKey, wrappingKey: known });
    await owner.call('destroyKey', { handle: privateKey });
    await assert.rejects(trust(publicKey), refusedAs('not-permitted', /private/));
    // A copy that behaves is no proof that there is no other.
    await owner.call('unwrapKey', {
      wrappingKey: known,
      wrapped,
      form: rsa,
      template: { unwrap: true, 'unwrap-template': { extractable: false } },
    });
    await assert.rejects(trust(publicKey), refusedAs('not-permitted', /private/));
  });

  for (const how of ['unreachable', 'untold'] as const)
    it(`is not opened at an HSM that has not heard of the trust (${how})`, async () => {
      const wrappingKey = await makeAes({ wrap: true, unwrap: true });
      const key = await guardedKey();
      await setLinked(false, how);
      try {
        const attack = async (): Promise<void> => {
          await trust(wrappingKey);
          const { wrapped } = await owner.call('wrapKey', { key, wrappingKey });
          const { handle } = await elsewhere.call('unwrapKey', {
            wrappingKey,
            wrapped,
            template: { token: false, extractable: true },
          });
          await leave(elsewhere, handle);
        };
        await assert.rejects(attack, refusedAs('insufficient-copies', /HSMs/));
        assert.equal(await isTrusted(owner, wrappingKey), false);
        await assert.rejects(
          owner.call('wrapKey', { key, wrappingKey }),
          refusedAs('key-not-extractable'),
        );
      } finally {
        await setLinked(true);
      }
      await trust(wrappingKey);
      await owner.call('wrapKey', { key, wrappingKey });
      await until('the other HSM trusts it', () => isTrusted(elsewhere, wrappingKey));
    });
});

describe('a key that an admin no longer trusts', () => {
  it('stays so when its owner changes it at the same time at another HSM', async () => {
    const handle = await makeAes({ wrap: true, unwrap: true });
    await trust(handle);
    await until('the other HSM trusts it', () => isTrusted(elsewhere, handle));
    await setLinked(false);
    try {
      await trust(handle, false);
      // More changes than the admin's: the owner's last one is newer.
      for (const value of ['1', '2', '3', '4', '5'])
        await elsewhere.call('setAttribute', { handle, name: 'label', value });
    } finally {
      await setLinked(true);
    }
    await until('the first HSM has the label', async () => {
      const { keys } = await owner.call('findKeys', { filter: { handle }, limit: 1 });
      return keys[0]?.attributes.label === '5';
    });
    assert.equal(await isTrusted(owner, handle), false);
    await until('the other HSM no longer trusts it', async () => {
      return !(await isTrusted(elsewhere, handle));
    });
  });
});
