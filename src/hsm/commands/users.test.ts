import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { until } from '../../../test/support/until.ts';
import { hsmWorld, refusedAs, USER_PASSWORD } from '../../../test/support/hsm/hsm-world.ts';
import type { LoginRole } from '../wire/index.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const admin = await world.login('admin', 'admin');
const create = (
  username: string,
  password = USER_PASSWORD,
  role: LoginRole = 'crypto-user',
): Promise<unknown> => admin.call('createUser', { username, role, password });
const remove = (username: string, role: LoginRole = 'crypto-user'): Promise<unknown> =>
  admin.call('deleteUser', { username, role });

test('a new cluster has an admin and the appliance user, and all HSMs list the same users', async () => {
  await create('zoe');
  for (const hsm of world.hsms) {
    const connection = await world.connect(hsm);
    const listed = await until('all users are known to be everywhere', async () => {
      const { users } = await connection.call('listUsers', {});
      return users.every(({ coverage }) => coverage.on === 2) && users;
    });
    assert.deepEqual(
      listed.map(({ username, role, locked, coverage }) => [
        username,
        role,
        locked,
        coverage.on,
        coverage.of,
      ]),
      [
        ['admin', 'admin', false, 2, 2],
        ['app_user', 'internal(APPLIANCE_USER)', false, 2, 2],
        ['zoe', 'crypto-user', false, 2, 2],
      ],
    );
  }
});

test('names and passwords that CloudHSM does not accept are rejected', async () => {
  for (const username of ['', 'a b', 'x'.repeat(32), 'name-with-hyphen', 'ä']) {
    await assert.rejects(create(username), refusedAs('invalid-argument', /user name/));
  }
  for (const password of ['', '123456', 'x'.repeat(33)]) {
    await assert.rejects(create('someone', password), refusedAs('invalid-argument', /password/));
  }
});

test('a user name is unique, in any case and for any role', async () => {
  await create('henry');
  await assert.rejects(create('Henry'), refusedAs('user-exists'));
  await assert.rejects(create('henry', USER_PASSWORD, 'admin'), refusedAs('user-exists'));
  await assert.rejects(create('app_user'), refusedAs('user-exists'));
});

test('concurrent creations under one name create one user', async () => {
  const outcomes = await Promise.allSettled([create('twin'), create('twin'), create('twin')]);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('the last admin cannot be deleted', async () => {
  await assert.rejects(remove('admin', 'admin'), refusedAs('last-admin'));
  await create('second', USER_PASSWORD, 'admin');
  await remove('second', 'admin');
});

test('a user who owns keys or is logged in, at any HSM, cannot be deleted', async () => {
  const user = await world.login('ivan', 'crypto-user', world.hsms[1]);
  await assert.rejects(remove('ivan'), refusedAs('user-logged-in'));
  const { handle } = await user.call('generateKey', {
    keyType: 'aes',
    length: 32,
    template: { label: 'mine' },
  });
  await assert.rejects(remove('ivan'), refusedAs('user-owns-keys'));
  await user.call('destroyKey', { handle });
  await user.call('logout', {});
  await remove('ivan');
  await assert.rejects(remove('ivan'), refusedAs('user-not-found'));
});

test('admins change passwords of users who are not logged in, and all users their own', async () => {
  const user = await world.login('judy', 'crypto-user', world.hsms[1]);
  const change = { username: 'judy', role: 'crypto-user', password: 'new-password' } as const;
  await assert.rejects(admin.call('changePassword', change), refusedAs('user-logged-in'));
  await user.call('changePassword', change);
  await assert.rejects(
    user.call('changePassword', { ...change, username: 'zoe' }),
    refusedAs('not-permitted'),
  );
  user.close();
  await until('the session is over', () =>
    admin.call('changePassword', { ...change, password: 'third-one' }).catch(() => false),
  );
  const connection = await world.connect(world.hsms[1]);
  await assert.rejects(connection.call('login', change), refusedAs('login-failed'));
  await connection.call('login', { ...change, password: 'third-one' });
});

test('deleting a user at one HSM does not end sessions of other users', async () => {
  await create('kim');
  const leo = await world.login('leo');
  await remove('kim');
  assert.equal((await leo.call('random', { length: 8 })).bytes.length, 8);
});
