import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DeleteHsmCommand } from '@aws-sdk/client-cloudhsm-v2';
import { keyhold } from '../support/keyhold-cli.ts';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { addHsm, untilCluster } from '../support/own-cluster.ts';
import { statusOf } from '../support/status.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { startTwoHsmKeyStore, type TwoHsmKeyStore } from './two-hsm-key-store.ts';

/** Overwrites a database from its second page on. */
function damage(path: string): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.alloc(statSync(path).size - 4_096, 0x5a), 0, undefined, 4_096);
  } finally {
    closeSync(file);
  }
}

/** Deletes an HSM and creates another in its Availability Zone. */
async function replace({ world, cluster }: TwoHsmKeyStore, hsmId: string): Promise<void> {
  await world.cloudhsm.send(new DeleteHsmCommand({ ClusterId: cluster.clusterId, HsmId: hsmId }));
  await untilCluster(
    world,
    cluster.clusterId,
    'the damaged HSM is deleted',
    ({ Hsms }) => (Hsms ?? []).length === 1,
  );
  await addHsm(world, cluster.clusterId, 'a');
}

/** Waits until an HSM is reported with a reason that contains `reason`. */
async function reportedAs(fixture: TwoHsmKeyStore, hsmId: string, reason: string): Promise<void> {
  await until(`${hsmId}: ${reason}`, async () =>
    (await fixture.untilReported(hsmId)).includes(reason),
  );
}

describe('a damaged HSM database', { skip: needsProc }, () => {
  let world: World;
  let fixture: TwoHsmKeyStore;
  before(async () => {
    world = await startWorld();
    fixture = await startTwoHsmKeyStore(world);
  });
  after(() => world[Symbol.asyncDispose]());

  it('keeps the HSM from starting; status and metrics report it, and the HSM is replaced without loss', async () => {
    const [damaged = ''] = fixture.hsmIds;
    // After a clean stop, all data is in the main database file.
    await world.stop();
    damage(join(world.data, 'hsms', damaged, 'hsm.sqlite'));
    await world.start();
    await until('the other HSM answers', async () =>
      (await statusOf(world)).KeyStores.some(({ Hsms }) => Hsms.some(({ Healthy }) => Healthy)),
    );
    await reportedAs(fixture, damaged, 'failed to start');
    await fixture.untilNewKeysAreRejected();
    await fixture.useAllKeys();
    const { stdout } = await keyhold(['status'], world.environment());
    assert.match(
      stdout,
      new RegExp(`^Problems\\n.*\\n${damaged} +20\\d\\d-.*failed to start`, 'm'),
    );
    const metrics = await (await fetch(`${world.server.endpoint}/metrics`)).text();
    assert.match(
      metrics,
      new RegExp(
        `keyhold_hsm_degraded_since_seconds\\{.*hsm="${damaged}".*failed to start.*\\} \\d+`,
      ),
    );
    assert.match(metrics, new RegExp(`keyhold_key_store_hsm_healthy\\{.*hsm="${damaged}"\\} 0`));
    await replace(fixture, damaged);
    await fixture.untilRecovered();
  });

  it('that was emptied is reported as lost data, and the HSM is replaced without loss', async () => {
    const emptied =
      ((await fixture.cluster.describe()).Hsms ?? []).find(({ AvailabilityZone }) =>
        AvailabilityZone?.endsWith('a'),
      )?.HsmId ?? '';
    for (const file of ['hsm.sqlite', 'hsm.sqlite-wal'])
      truncateSync(join(world.data, 'hsms', emptied, file));
    process.kill(pidOf(emptied), 'SIGKILL');
    await fixture.useAllKeys();
    await reportedAs(fixture, emptied, 'has lost its state');
    await fixture.untilNewKeysAreRejected();
    await replace(fixture, emptied);
    await fixture.untilRecovered();
  });
});
