/**
 * Attacks by a user whose access an admin ends. The user has a session at an HSM that does not hear
 * of it in time, or is an admin and disables all others.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ADMIN_PASSWORD, hsmWorld, refusedAs } from '../support/hsm/hsm-world.ts';
import { until } from '../support/until.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const { first } = world;
const second = world.hsms.find((hsm) => hsm !== first) ?? first;
const admin = await world.login('admin', 'admin');
const password = 'a-new-password-1';

async function setLinked(linked: boolean): Promise<void> {
  for (const [hsm, peer] of [
    [first, second],
    [second, first],
  ] as const) {
    await hsm.control.call('setPeers', {
      peers: [linked ? peer.address : { ...peer.address, port: 1 }],
    });
  }
  await until('the links are so', async () => {
    const all = await Promise.all(world.hsms.map(({ control }) => control.call('status', {})));
    return all.every(({ linkedPeers }) => linkedPeers.length === (linked ? 1 : 0));
  });
}

test('a session at an HSM that missed its end has ended once the HSM is linked again', async () => {
  const ends = {
    disabled: async (username: string) => {
      await admin.call('disableUser', { username });
      await admin.call('changePassword', { username, role: 'crypto-user', password });
      await admin.call('enableUser', { username });
    },
    replaced: async (username: string) => {
      await admin.call('deleteUser', { username, role: 'crypto-user' });
      await admin.call('createUser', { username, role: 'crypto-user', password });
    },
  };
  const sessions = new Map(
    await Promise.all(
      Object.keys(ends).map(async (name) => {
        const session = await world.login(name, 'crypto-user', second);
        return [name, session] as const;
      }),
    ),
  );
  await setLinked(false);
  for (const [name, end] of Object.entries(ends)) await end(name);
  await setLinked(true);
  for (const [name, session] of sessions) {
    await until(`the session of ${name} has ended`, () =>
      session.call('findKeys', { filter: {}, limit: 1 }).then(
        () => false,
        (error: unknown) => refusedAs('not-logged-in')(error),
      ),
    );
    session.close();
  }
});

test('an admin can’t disable or delete all admins at once', async () => {
  const usernames = ['admin', 'second', 'third'];
  for (const username of ['second', 'third'])
    await admin.call('createUser', { username, role: 'admin', password: ADMIN_PASSWORD });
  const results = await Promise.allSettled([
    admin.call('deleteUser', { username: 'third', role: 'admin' }),
    ...usernames.map((username) => admin.call('disableUser', { username })),
  ]);
  const { users } = await admin.call('listUsers', {});
  const able = users.filter(({ role, disabled }) => role === 'admin' && !disabled);
  assert.equal(able.length, 1, JSON.stringify({ users, results }));
});
