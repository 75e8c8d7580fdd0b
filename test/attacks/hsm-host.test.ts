/** Attacks by a machine that has enrolled as an HSM host, on the control plane it connects to. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CreateClusterCommand,
  CreateHsmCommand,
  DescribeClustersCommand,
} from '@aws-sdk/client-cloudhsm-v2';
import { GenerateRandomCommand } from '@aws-sdk/client-kms';
import { enrol, openToControlPlane, type HostIdentity } from '../../src/cluster/remote/enrol.ts';
import { decodeToken } from '../../src/cluster/remote/token.ts';
import { encodeFrame, FrameReader, requestOf, type ReplyFrame } from '../../src/hsm/wire/index.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import { subnetIds, untilCluster } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

/** A status as an HSM sends it. */
const status = {
  lifecycle: 'uninitialized',
  host: '127.0.0.1',
  port: 1,
  serialNumber: 'KH1',
  fingerprint: 'a'.repeat(64),
  waiting: [],
  keyCount: 0,
  userCount: 0,
  linkedPeers: [],
  synchronized: false,
  coverage: { on: 1, of: 1 },
  operations: {},
};

/** Answers to the first command, none of which an HSM would give. */
const answers: readonly object[] = [
  { out: null },
  { out: 'text' },
  { out: [] },
  { out: {} },
  { out: { ...status, port: 70_000 } },
  { out: { ...status, port: '1' } },
  { out: { ...status, lifecycle: 'exploded' } },
  { out: { ...status, linkedPeers: 7 } },
  { out: { ...status, operations: { random: 'many' } } },
  { out: { ...status, serialNumber: 'x'.repeat(100_000) } },
  { out: { ...status, clusterCsr: { toString: 1 } } },
  { error: null },
  { error: 5 },
  { error: { code: {}, message: { toString: null } } },
  { event: 'status', status: null },
  { event: 'status' },
];

describe('a hostile HSM host', () => {
  let world: World;
  let identity: HostIdentity;
  before(async () => {
    world = await startWorld(['--hsm-hosts', '127.0.0.1:0']);
    const zone = `${world.region}a`;
    const { stdout } = await keyhold(
      ['hsm', 'enrol', '--zone', zone, '--data', world.data],
      world.environment(),
    );
    const token = decodeToken(stdout.trim());
    assert.ok(token);
    const folder = mkdtempSync(join(world.folder, 'host-'));
    identity = await enrol(folder, token, '127.0.0.1');
    rmSync(folder, { recursive: true });
  });
  after(() => world?.[Symbol.asyncDispose]());

  /** Connects as the host, and answers the first command of an HSM. Resolves when that is done. */
  async function answerOnce(answer: object): Promise<void> {
    const { authority, certificate, key, controlPlane } = identity;
    const socket = await openToControlPlane(controlPlane, {
      ca: authority,
      cert: certificate,
      key,
    });
    const reader = new FrameReader();
    for await (const chunk of socket) {
      const [frame] = reader.feed(chunk as Buffer);
      if (frame === undefined) continue;
      socket.write(encodeFrame({ id: requestOf(frame).id, ...answer } as ReplyFrame));
      break;
    }
    socket.destroy();
  }

  it('neither ends nor hangs the control plane with what it answers', async () => {
    const created = await world.cloudhsm.send(
      new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds: await subnetIds(world) }),
    );
    const ClusterId = created.Cluster?.ClusterId ?? '';
    await untilCluster(world, ClusterId, 'uninitialized', ({ State }) => State === 'UNINITIALIZED');
    const first = answerOnce({ out: {} });
    await until('the host is connected', async () =>
      readFileSync(join(world.data, 'keyhold.log'), 'utf8').includes('HSM host connected'),
    );
    await world.cloudhsm.send(
      new CreateHsmCommand({ ClusterId, AvailabilityZone: `${world.region}a` }),
    );
    await first;
    for (const answer of answers) await answerOnce(answer);
    assert.equal(world.server.process.exitCode, null, world.server.output());
    await world.kms.send(new GenerateRandomCommand({ NumberOfBytes: 8 }));
    const { Clusters } = await world.cloudhsm.send(new DescribeClustersCommand({}));
    assert.equal(Clusters?.[0]?.Hsms?.[0]?.State, 'CREATE_IN_PROGRESS');
  });
});
