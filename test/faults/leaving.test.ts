import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DeleteHsmCommand } from '@aws-sdk/client-cloudhsm-v2';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { asAdmin, untilCluster } from '../support/own-cluster.ts';
import { untilHealthy } from '../support/status.ts';
import { startWorld } from '../support/world.ts';
import { startTwoHsmKeyStore } from './two-hsm-key-store.ts';

it('deleting an HSM loses no user that only this HSM holds', { skip: needsProc }, async () => {
  await using world = await startWorld();
  const fixture = await startTwoHsmKeyStore(world);
  const { cluster, hsmIds } = fixture;
  const [leaving = '', frozen = ''] = hsmIds;
  const addressOf = async (hsmId: string): Promise<string> => {
    const hsm = ((await cluster.describe()).Hsms ?? []).find(({ HsmId }) => HsmId === hsmId);
    // EniPort is Keyhold's own field: at AWS all HSMs listen on the same port.
    return `${hsm?.EniIp}:${(hsm as { EniPort?: number } | undefined)?.EniPort}`;
  };
  process.kill(pidOf(frozen), 'SIGSTOP');
  const user = ['--username', 'late', '--role', 'crypto-user', '--password', 'late-password-1'];
  await cluster.hsm(['user', 'create', ...user, '--hsm', await addressOf(leaving)], asAdmin);
  await world.cloudhsm.send(new DeleteHsmCommand({ ClusterId: cluster.clusterId, HsmId: leaving }));
  // The control plane notices that the other HSM hangs, and restarts it.
  await untilCluster(world, cluster.clusterId, 'the HSM is deleted', ({ Hsms }) =>
    (Hsms ?? []).every(({ HsmId }) => HsmId !== leaving),
  );
  await untilHealthy(world);
  const { users } = (await cluster.hsm(['user', 'list'])) as {
    users: readonly { username: string }[];
  };
  assert.ok(users.some(({ username }) => username === 'late'));
  await fixture.useAllKeys();
});
