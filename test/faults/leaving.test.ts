import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DeleteHsmCommand } from '@aws-sdk/client-cloudhsm-v2';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { asAdmin, untilCluster } from '../support/own-cluster.ts';
import { untilHealthy } from '../support/status.ts';
import { startWorld } from '../support/world.ts';
import { sceneIn } from './trouble.ts';

it(
  'an HSM that is deleted stays until another holds what only it has',
  { skip: needsProc },
  async () => {
    await using world = await startWorld();
    const scene = await sceneIn(world);
    const { cluster, hsmIds } = scene;
    const [leaving = '', frozen = ''] = hsmIds;
    const addressOf = async (hsmId: string): Promise<string> => {
      const hsm = ((await cluster.describe()).Hsms ?? []).find(({ HsmId }) => HsmId === hsmId);
      // Not AWS's: there all HSMs listen on one port.
      return `${hsm?.EniIp}:${(hsm as { EniPort?: number } | undefined)?.EniPort}`;
    };
    process.kill(pidOf(frozen), 'SIGSTOP');
    const user = ['--username', 'late', '--role', 'crypto-user', '--password', 'late-password-1'];
    await cluster.hsm(['user', 'create', ...user, '--hsm', await addressOf(leaving)], asAdmin);
    await world.cloudhsm.send(
      new DeleteHsmCommand({ ClusterId: cluster.clusterId, HsmId: leaving }),
    );
    // The control plane notices that the other one hangs, and starts it anew.
    await untilCluster(world, cluster.clusterId, 'the HSM has left', ({ Hsms }) =>
      (Hsms ?? []).every(({ HsmId }) => HsmId !== leaving),
    );
    await untilHealthy(world);
    const { users } = (await cluster.hsm(['user', 'list'])) as {
      users: readonly { username: string }[];
    };
    assert.ok(users.some(({ username }) => username === 'late'));
    await scene.use();
  },
);
