import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { HsmConnection } from '../client/index.ts';
import {
  ADMIN_PASSWORD,
  hsmWorld,
  refusedAs,
  USER_PASSWORD,
  type WorldHsm,
} from '../../../test/support/hsm/hsm-world.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const [first, second] = world.hsms;
const admin = await world.login('admin', 'admin');

async function attempt(
  username: string,
  password: string,
  hsm?: WorldHsm,
  exclusive = false,
): Promise<HsmConnection> {
  const connection = await world.connect(hsm);
  await connection.call('login', { username, role: 'crypto-user', password, exclusive });
  return connection;
}

async function newUser(username: string): Promise<void> {
  await admin.call('createUser', { username, role: 'crypto-user', password: USER_PASSWORD });
}

test('a user logs in to every HSM, with a user name in any case', async () => {
  await newUser('alice');
  for (const hsm of [first, second]) (await attempt('ALICE', USER_PASSWORD, hsm)).close();
});

test('a login with the wrong role fails as user-not-found', async () => {
  const connection = await world.connect();
  const login = { username: 'admin', password: ADMIN_PASSWORD } as const;
  await assert.rejects(
    connection.call('login', { ...login, role: 'crypto-user' }),
    refusedAs('user-not-found'),
  );
  await assert.rejects(
    connection.call('login', { ...login, role: 'auditor' }),
    refusedAs('user-not-found'),
  );
  await connection.call('login', { ...login, role: 'admin' });
});

test('the appliance user cannot log in', async () => {
  await assert.rejects(attempt('app_user', ''), refusedAs('user-not-found'));
});

test('a connection has one session at a time', async () => {
  await newUser('once');
  const connection = await attempt('once', USER_PASSWORD);
  const again = { username: 'once', role: 'crypto-user', password: USER_PASSWORD } as const;
  await assert.rejects(connection.call('login', again), refusedAs('not-permitted'));
  await connection.call('logout', {});
  await assert.rejects(connection.call('random', { length: 1 }), refusedAs('not-logged-in'));
  await connection.call('login', again);
});

test('five wrong passwords lock the user, on whichever HSMs they were tried', async () => {
  await newUser('bob');
  for (const hsm of [first, second, first, second, second]) {
    await assert.rejects(attempt('bob', 'wrong-password', hsm), refusedAs('login-failed'));
  }
  for (const hsm of [first, second])
    await assert.rejects(attempt('bob', USER_PASSWORD, hsm), refusedAs('user-locked'));
  const { users } = await admin.call('listUsers', {});
  assert.equal(users.find(({ username }) => username === 'bob')?.locked, true);
});

test('concurrent guesses are counted one by one', async () => {
  await newUser('carol');
  const guesses = await Promise.allSettled(
    Array.from({ length: 12 }, () => attempt('carol', 'wrong-password')),
  );
  const codes = guesses.map((guess) =>
    guess.status === 'rejected' ? (guess.reason as { code: string }).code : 'in',
  );
  assert.deepEqual(
    [
      codes.filter((code) => code === 'login-failed').length,
      codes.filter((code) => code === 'user-locked').length,
    ],
    [5, 7],
  );
});

test('a successful login resets the count', async () => {
  await newUser('dave');
  for (let round = 0; round < 3; round += 1) {
    for (let failure = 0; failure < 4; failure += 1) {
      await assert.rejects(
        attempt('dave', 'wrong-password', failure % 2 ? first : second),
        refusedAs('login-failed'),
      );
    }
    (await attempt('dave', USER_PASSWORD)).close();
  }
});

test('an admin unlocks a user by setting a new password', async () => {
  await newUser('erin');
  for (let failure = 0; failure < 5; failure += 1)
    await assert.rejects(attempt('erin', 'wrong-password'), refusedAs('login-failed'));
  await admin.call('changePassword', {
    username: 'erin',
    role: 'crypto-user',
    password: 'another-one',
  });
  for (const hsm of [first, second]) (await attempt('erin', 'another-one', hsm)).close();
});

test('an exclusive login is rejected while the user is logged in anywhere, before the password check', async () => {
  await newUser('frank');
  const elsewhere = await attempt('frank', USER_PASSWORD, second);
  for (const password of [USER_PASSWORD, 'wrong-password']) {
    await assert.rejects(attempt('frank', password, first, true), refusedAs('user-logged-in'));
  }
  await elsewhere.call('logout', {});
  await attempt('frank', USER_PASSWORD, first, true);
});

test('a locked user is reported as locked, even while logged in', async () => {
  await newUser('grace');
  await attempt('grace', USER_PASSWORD);
  for (let failure = 0; failure < 5; failure += 1)
    await assert.rejects(attempt('grace', 'wrong-password'), refusedAs('login-failed'));
  await assert.rejects(attempt('grace', USER_PASSWORD, first, true), refusedAs('user-locked'));
});
