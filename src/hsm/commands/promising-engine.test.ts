/**
 * Runs the commands on an engine whose methods all return promises, like those of a hardware token.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { hsmWorld } from '../../../test/support/hsm/hsm-world.ts';
import { useEngine } from '../../../test/support/hsm/one-hsm-world.ts';
import { promisingEngine } from '../../../test/support/hsm/promising-engine.ts';

useEngine(promisingEngine);
// The same tests as on the software engine.
await import('./keys.test.ts');
await import('./pairs.test.ts');
await import('./sharing.test.ts');
await import('./permissions.test.ts');

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const [first, second] = world.hsms;
const alice = await world.login('alice', 'crypto-user', first);
const aliceElsewhere = await world.login('alice', 'crypto-user', second);
const aad = Buffer.from('aad');

async function newKey(): Promise<string> {
  const template = { encrypt: true, decrypt: true };
  return (await alice.call('generateKey', { keyType: 'aes', length: 32, template })).handle;
}

test('the bytes of encryptRandom are wiped only after they were encrypted', async () => {
  const key = await newKey();
  const { ciphertext } = await alice.call('encryptRandom', { key, length: 32, aad, reveal: false });
  const { plaintext } = await alice.call('decrypt', { key, ciphertext, aad });
  assert.notDeepEqual(Buffer.from(plaintext), Buffer.alloc(32));
});

test('a key can be used on another HSM as soon as it is acknowledged', async () => {
  const key = await newKey();
  await aliceElsewhere.call('encrypt', { key, plaintext: Buffer.from('text'), aad });
});

test('a key is gone as soon as its destruction is acknowledged', async () => {
  const key = await newKey();
  await alice.call('destroyKey', { handle: key });
  for (const user of [alice, aliceElsewhere]) {
    const found = await user.call('findKeys', { filter: { handle: key }, limit: 1 });
    assert.equal(found.total, 0);
  }
});

test('an HSM that is restarted has its keys before it answers', async () => {
  const key = await newKey();
  const plaintext = Buffer.from('text');
  const { ciphertext } = await alice.call('encrypt', { key, plaintext, aad });
  const { hsmId } = aliceElsewhere.info;
  const hsm = world.hsms.find(({ address }) => address.hsmId === hsmId);
  await hsm?.stop();
  await hsm?.start();
  const back = await world.login('alice', 'crypto-user', hsm);
  const decrypted = await back.call('decrypt', { key, ciphertext, aad });
  assert.deepEqual(Buffer.from(decrypted.plaintext), plaintext);
});
