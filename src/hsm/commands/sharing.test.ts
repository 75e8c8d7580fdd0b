import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { until } from '../../../test/support/until.ts';
import { hsmWorld, refusedAs, USER_PASSWORD } from '../../../test/support/hsm/hsm-world.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const admin = await world.login('admin', 'admin');
const alice = await world.login('alice');
const bob = await world.login('bob', 'crypto-user', world.hsms[1]);
const aad = Buffer.alloc(0);
const template = { encrypt: true, decrypt: true, extractable: true, wrap: true };

async function newKey(): Promise<string> {
  return (await alice.call('generateKey', { keyType: 'aes', length: 32, template })).handle;
}

test('a user can use a shared key, at any HSM, until it is unshared', async () => {
  const handle = await newKey();
  const use = (): Promise<unknown> =>
    bob.call('encrypt', { key: handle, plaintext: Buffer.from('x'), aad });
  await assert.rejects(use(), refusedAs('key-not-found'));
  for (let time = 0; time < 2; time += 1) await alice.call('shareKey', { handle, username: 'BOB' });
  await use();
  const { keys } = await bob.call('findKeys', { filter: { handle }, limit: 1 });
  assert.deepEqual([keys[0]?.owner, [...(keys[0]?.sharedUsers ?? [])]], ['alice', ['bob']]);
  await alice.call('unshareKey', { handle, username: 'bob' });
  await assert.rejects(use(), refusedAs('key-not-found'));
});

test('a shared key can be managed by its owner only', async () => {
  const handle = await newKey();
  await alice.call('shareKey', { handle, username: 'bob' });
  await world.login('carol');
  for (const operation of [
    bob.call('destroyKey', { handle }),
    bob.call('shareKey', { handle, username: 'carol' }),
    bob.call('unshareKey', { handle, username: 'bob' }),
    bob.call('setAttribute', { handle, name: 'label', value: 'x' }),
    bob.call('wrapKey', { key: handle, wrappingKey: handle }),
  ]) {
    await assert.rejects(operation, refusedAs('not-permitted'));
  }
});

test('keys can be shared with other crypto users only', async () => {
  const handle = await newKey();
  const share = (username: string, key = handle): Promise<unknown> =>
    alice.call('shareKey', { handle: key, username });
  for (const username of ['admin', 'app_user', 'nobody'])
    await assert.rejects(share(username), refusedAs('user-not-found'));
  await assert.rejects(share('alice'), refusedAs('invalid-argument'));
  const session = await alice.call('generateKey', {
    keyType: 'aes',
    length: 32,
    template: { token: false },
  });
  await assert.rejects(share('bob', session.handle), refusedAs('invalid-argument'));
});

test('a recreated user does not inherit keys that were shared with a deleted one', async () => {
  const handle = await newKey();
  const dave = await world.login('dave');
  await alice.call('shareKey', { handle, username: 'dave' });
  await dave.call('logout', {});
  const user = { username: 'dave', role: 'crypto-user' } as const;
  await until('dave is deleted', () =>
    admin.call('deleteUser', user).then(() => true, refusedAs('user-owns-keys')),
  );
  await admin.call('createUser', { ...user, password: USER_PASSWORD });
  const again = await world.connect();
  await again.call('login', { ...user, password: USER_PASSWORD });
  assert.equal((await again.call('findKeys', { filter: {}, limit: 10 })).total, 0);
});
