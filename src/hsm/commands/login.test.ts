import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { HsmConnection } from '../client/index.ts';
import type { HsmError } from '../wire/index.ts';
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

async function attemptAdmin(password: string): Promise<HsmConnection> {
  const connection = await world.connect();
  await connection.call('login', { username: 'admin', role: 'admin', password });
  return connection;
}

async function isLocked(username: string): Promise<boolean | undefined> {
  const { users } = await admin.call('listUsers', {});
  return users.find((user) => user.username === username)?.locked;
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

test('five wrong passwords from an address of the user lock it, on whichever HSMs they were tried', async () => {
  await newUser('bob');
  (await attempt('bob', USER_PASSWORD)).close();
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

test('five wrong passwords from an address that never logged in delay that address, and lock nobody', async () => {
  await newUser('heidi');
  const codes: string[] = [];
  for (let failure = 0; failure < 6; failure += 1)
    await attempt('heidi', 'wrong-password').catch((error: HsmError) => codes.push(error.code));
  assert.deepEqual(codes, [...Array.from({ length: 5 }, () => 'login-failed'), 'user-locked']);
  const { users } = await admin.call('listUsers', {});
  assert.equal(users.find(({ username }) => username === 'heidi')?.locked, false);
  await assert.rejects(attempt('heidi', USER_PASSWORD), refusedAs('user-locked', /in \d+ s$/));
  world.clock.advance(61_000);
  await assert.rejects(attempt('heidi', 'wrong-password'), refusedAs('login-failed'));
  world.clock.advance(61_000);
  await assert.rejects(attempt('heidi', USER_PASSWORD), refusedAs('user-locked'));
  world.clock.advance(61_000);
  (await attempt('heidi', USER_PASSWORD)).close();
});

test('the last admin who can log in is delayed instead of locked', async () => {
  for (let failure = 0; failure < 5; failure += 1)
    await assert.rejects(attemptAdmin('wrong-password'), refusedAs('login-failed'));
  await assert.rejects(attemptAdmin(ADMIN_PASSWORD), refusedAs('user-locked', /try again in/));
  assert.equal(await isLocked('admin'), false);
  world.clock.advance(61_000);
  (await attemptAdmin(ADMIN_PASSWORD)).close();
  await admin.call('createUser', { username: 'other', role: 'admin', password: USER_PASSWORD });
  for (let failure = 0; failure < 5; failure += 1)
    await assert.rejects(attemptAdmin('wrong-password'), refusedAs('login-failed'));
  world.clock.advance(3_600_000);
  await assert.rejects(attemptAdmin(ADMIN_PASSWORD), refusedAs('user-locked', /^admin: user/));
  assert.equal(await isLocked('admin'), true);
  await admin.call('changePassword', {
    username: 'admin',
    role: 'admin',
    password: ADMIN_PASSWORD,
  });
});

test('a disabled user loses its sessions and cannot log in until it is enabled', async () => {
  await newUser('ivan');
  const sessions = await Promise.all(
    [first, second].map((hsm) => attempt('ivan', USER_PASSWORD, hsm)),
  );
  const { sessions: ended, coverage } = await admin.call('disableUser', { username: 'Ivan' });
  assert.deepEqual([ended, { ...coverage }], [2, { on: 2, of: 2 }]);
  for (const session of sessions)
    await assert.rejects(session.call('random', { length: 1 }), refusedAs('not-logged-in'));
  for (const hsm of [first, second])
    for (const password of [USER_PASSWORD, 'wrong-password'])
      await assert.rejects(attempt('ivan', password, hsm), refusedAs('user-disabled'));
  await admin.call('changePassword', {
    username: 'ivan',
    role: 'crypto-user',
    password: 'another-one',
  });
  await assert.rejects(attempt('ivan', 'another-one'), refusedAs('user-disabled'));
  await admin.call('enableUser', { username: 'ivan' });
  (await attempt('ivan', 'another-one', second)).close();
});

test('a forced logout ends the present sessions of a user on all HSMs, not later ones', async () => {
  await newUser('judy');
  for (let round = 0; round < 2; round += 1) {
    const session = await attempt('judy', USER_PASSWORD, second);
    await assert.rejects(
      admin.call('deleteUser', { username: 'judy', role: 'crypto-user' }),
      refusedAs('user-logged-in', /user logout --username judy/),
    );
    await admin.call('logoutUser', { username: 'judy' });
    await assert.rejects(session.call('random', { length: 1 }), refusedAs('not-logged-in'));
  }
  await admin.call('disableUser', { username: 'judy' });
  await admin.call('deleteUser', { username: 'judy', role: 'crypto-user' });
  await admin.call('createUser', {
    username: 'judy',
    role: 'crypto-user',
    password: USER_PASSWORD,
  });
  (await attempt('judy', USER_PASSWORD)).close();
});

test('a locked user is reported as locked, even while logged in', async () => {
  await newUser('grace');
  await attempt('grace', USER_PASSWORD);
  for (let failure = 0; failure < 5; failure += 1)
    await assert.rejects(attempt('grace', 'wrong-password'), refusedAs('login-failed'));
  await assert.rejects(attempt('grace', USER_PASSWORD, first, true), refusedAs('user-locked'));
});

test('the last admin who can log in can’t be disabled or deleted', async () => {
  await admin.call('disableUser', { username: 'other' });
  await assert.rejects(admin.call('disableUser', { username: 'admin' }), refusedAs('last-admin'));
  await admin.call('logoutUser', { username: 'admin' });
  const again = await world.login('admin', 'admin');
  await assert.rejects(
    again.call('deleteUser', { username: 'admin', role: 'admin' }),
    refusedAs('last-admin'),
  );
});
