/**
 * Attacker: has an export of a cluster and its passphrase, or enough recovery shares to open it.
 */
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { after, test } from 'node:test';
import {
  BrokenSealError,
  createAuthority,
  issueCertificate,
  joinShares,
  makeKeyPair,
  sha256,
} from '../../src/crypto/index.ts';
import { emptyWorld, refusedAs } from '../support/hsm/hsm-world.ts';
import {
  nothing,
  openOffline,
  rewriteOffline,
  type Contents,
} from '../support/hsm/offline-backup.ts';
import { readAll, recoveryHolders, restoreAtPort } from '../support/hsm/recovery-world.ts';

const PASSPHRASE = 'correct horse battery staple';
const holders = recoveryHolders(['anna', 'ben', 'carla'], 2);
const world = await emptyWorld();
after(() => world[Symbol.asyncDispose]());
await world.addHsm();
const { recovery } = await world.claim({ recovery: holders.order });
const admin = await world.login('admin', 'admin');
const shares = holders.open(recovery, 'anna', 'ben');

async function exported(passphrase?: string): Promise<Buffer> {
  await admin.call('exportBackup', passphrase === undefined ? {} : { passphrase });
  return readAll((offset) => admin.call('readBackup', { offset }));
}

/** Removes the quorum on restores, and makes every crypto user an admin. */
function weaken(records: Contents['records']): Contents['records'] {
  return records
    .filter(({ id }) => id !== 'quorum/restore')
    .map((record) =>
      record.kind === 'user'
        ? { ...record, body: { ...Object(record.body), role: 'admin' } }
        : record,
    );
}

test('an export with its passphrase, and fewer shares than needed, opens nowhere', async () => {
  const file = await exported(PASSPHRASE);
  const [first] = shares;
  assert.ok(first);
  for (const secret of [nothing(), joinShares([first]), sha256(PASSPHRASE)])
    for (const passphrase of [PASSPHRASE, undefined])
      await assert.rejects(openOffline(file, secret, passphrase), BrokenSealError);
});

test('no backup contains a recovery key', async () => {
  const key = joinShares(shares);
  const { facts, records } = await openOffline(await exported(), key);
  assert.ok(facts.clusterKey.includes('PRIVATE KEY'), 'the shares open the export');
  assert.deepEqual(
    records.filter(({ id }) => id.startsWith('recovery')),
    [],
  );
});

test('records that were changed outside an HSM are not restored, even with a signature', async () => {
  const file = await exported();
  const key = joinShares(shares);
  const validity = { notBefore: 0, notAfter: Date.UTC(2100, 0) };
  const forger = makeKeyPair();
  const root = await createAuthority(forger, { CN: 'Manufacturer' }, validity);
  const hardware = makeKeyPair();
  const certificate = await issueCertificate(
    { ...validity, subject: { CN: 'HSM' }, publicKey: hardware.publicKey, ca: true },
    { certificate: root, privateKey: forger.privateKey },
  );
  const bySigner = (prefix: Uint8Array, contents: Uint8Array) => ({
    certificate,
    signature: sign(
      'sha256',
      Buffer.concat([Buffer.from('keyhold backup signature\0'), sha256(prefix), contents]),
      hardware.privateKey,
    ),
  });
  await using elsewhere = await emptyWorld({ manufacturer: world.manufacturer });
  const hsm = await elsewhere.addHsm();
  const unsigned = await rewriteOffline(file, key, weaken);
  await assert.rejects(
    restoreAtPort(hsm, unsigned, { shares }),
    refusedAs('backup-invalid', /not signed by the HSM/),
  );
  const forged = await rewriteOffline(file, key, weaken, bySigner);
  await assert.rejects(
    restoreAtPort(hsm, forged, { shares }),
    refusedAs('backup-invalid', /another manufacturer/),
  );
  assert.equal((await hsm.control.call('status', {})).lifecycle, 'uninitialized');
  await restoreAtPort(hsm, file, { shares });
});
