/** Attacks by a client that reaches the HSMs and tries passwords. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EncryptCommand } from '@aws-sdk/client-kms';
import type { HsmAddress } from '../../src/hsm/client/index.ts';
import type { AuditEntry } from '../../src/hsm/wire/index.ts';
import {
  asAdmin,
  newKey,
  ownCluster,
  ownKeyStore,
  untilStore,
  type OwnCluster,
} from '../support/own-cluster.ts';
import { addressesOf, logIn, stranger } from '../support/own-hsms.ts';
import { startWorld, type World } from '../support/world.ts';
import { ConnectCustomKeyStoreCommand, DisconnectCustomKeyStoreCommand } from '@aws-sdk/client-kms';

const password = 'a-guess-of-a-password';
/** The loopback network. The test's own clients come from 127.0.0.1. */
const GUESSER = '127.0.0.66';

describe(
  'a client that guesses passwords',
  { skip: process.platform !== 'linux' && 'needs a second loopback address' },
  () => {
    let world: World;
    let cluster: OwnCluster;
    let storeId: string;
    let addresses: readonly HsmAddress[];

    before(async () => {
      world = await startWorld();
      cluster = await ownCluster(world);
      storeId = await ownKeyStore(world, cluster);
      addresses = await addressesOf(world, cluster);
    });
    after(() => world[Symbol.asyncDispose]());

    it('locks out neither kmsuser nor the last admin, ends no session, and is slowed itself', async () => {
      const KeyId = await newKey(world, storeId);
      const Plaintext = Buffer.from('order');
      for (const address of addresses) {
        const guesser = await stranger(address, GUESSER);
        for (const [username, role] of [
          ['kmsuser', 'crypto-user'],
          ['admin', 'admin'],
        ] as const) {
          const codes = [];
          for (let guess = 0; guess < 8; guess += 1)
            codes.push(await guesser.call('login', { username, role, password }));
          assert.deepEqual(
            codes.map((code) => code === 'user-locked'),
            [false, false, false, false, false, true, true, true],
            `${username}: five guesses, then a delay`,
          );
        }
        guesser.close();
      }
      await world.kms.send(new EncryptCommand({ KeyId, Plaintext }));
      const { users } = (await cluster.hsm(['user', 'list'], asAdmin)) as {
        users: readonly { readonly username: string; readonly locked: string }[];
      };
      assert.deepEqual(
        users.filter(({ locked }) => locked !== 'false'),
        [],
      );
      await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
      await untilStore(world, storeId, 'DISCONNECTED');
      await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
      await untilStore(world, storeId, 'CONNECTED');
      await world.kms.send(new EncryptCommand({ KeyId, Plaintext }));
    });

    it('does not fill the audit log, which sums the attempts up', async () => {
      const [address] = addresses;
      assert.ok(address);
      const ATTEMPTS = 150;
      const guesser = await stranger(address, GUESSER);
      const admin = await logIn(cluster, address);
      const { total: before } = await admin.call('readAudit', { from: 0, limit: 1 });
      for (let attempt = 0; attempt < ATTEMPTS;) {
        const name = `user_${attempt}`;
        const code = await guesser.call('login', { username: name, role: 'auditor', password });
        // The rate limit turned it away, unrecorded.
        if (code === 'busy') continue;
        assert.equal(code, 'user-not-found');
        attempt += 1;
      }
      guesser.close();
      const { records, total } = await admin.call('readAudit', { from: before, limit: 1_000 });
      admin.close();
      const single = records.filter(isFailedLogin);
      const sums = records.filter(({ opcode }) => opcode === 'KH_FAILED_LOGINS');
      const counted = sums.map(({ detail }) => Number(/^\d+/.exec(detail ?? '')?.[0]));
      assert.equal(
        single.length + counted.reduce((sum, count) => sum + count, 0),
        ATTEMPTS,
        'no attempt is missing',
      );
      assert.ok(total - before < ATTEMPTS, `${total - before} entries`);
      assert.match(
        sums.at(-1)?.detail ?? '',
        /^\d+ failed logins from 1 addresses, \S+ to \S+: unknown users \d+$/,
      );
      assert.match(single[0]?.detail ?? '', /^from 127\.0\.0\.66$/);
    });
  },
);

function isFailedLogin({ opcode, response }: AuditEntry): boolean {
  return opcode === 'CN_LOGIN' && response !== 'success';
}
