/**
 * Test fixture: a control plane with its own store and folder, and the customer's part of
 * initialising a cluster.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customerCa, type CustomerCa } from './customer-ca.ts';
import { until } from './until.ts';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import type { ClusterState, HsmRow } from '../../src/domain/index.ts';
import { connectHsm } from '../../src/hsm/client/index.ts';
import type { CommandInput, CommandOutput } from '../../src/hsm/wire/index.ts';
import { openSqliteStore, type Store } from '../../src/storage/index.ts';
import { openAuthorities } from '../../src/cluster/authorities.ts';
import { startClusterControl } from '../../src/cluster/cluster-control.ts';
import type { ClusterControl, ClusterLimits } from '../../src/cluster/contract.ts';
import { launchHsm } from '../../src/cluster/launch.ts';
import { HsmHosts } from '../../src/cluster/remote/hosts.ts';
import { readCluster, type ClusterRows } from '../../src/cluster/rows.ts';

export const scope = { account: '111122223333', region: 'us-east-1' };
export const ADMIN_PASSWORD = 'admin-password-1';

export interface ClusterWorld extends AsyncDisposable {
  readonly folder: string;
  readonly store: Store;
  readonly control: ClusterControl;
  /** Returns the IDs of the processes started so far for an HSM, newest last. */
  pids(hsmId: string): readonly number[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function clusterWorld(limits: Partial<ClusterLimits> = {}): Promise<ClusterWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-cluster-'));
  const store = openSqliteStore(join(folder, 'keyhold.sqlite'));
  const started = new Map<string, number[]>();
  const options = {
    store,
    dataFolder: folder,
    clock: systemClock,
    clockOffset: 0,
    log: silentLogger,
    authorities: openAuthorities(join(folder, 'certificates'), systemClock),
    hosts: new HsmHosts({ dataFolder: folder, clock: systemClock, log: silentLogger }),
    limits,
    launch(hsmId: string) {
      const child = launchHsm(hsmId);
      started.set(hsmId, [...(started.get(hsmId) ?? []), child.pid ?? 0]);
      return child;
    },
  };
  let control = await startClusterControl(options);
  return {
    folder,
    store,
    get control() {
      return control;
    },
    pids: (hsmId) => started.get(hsmId) ?? [],
    stop: () => control.close(),
    async start() {
      control = await startClusterControl(options);
    },
    async [Symbol.asyncDispose]() {
      await control.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export async function newCluster({ control }: ClusterWorld): Promise<string> {
  const subnetIds = control.vpcOf(scope).subnets.map(({ subnetId }) => subnetId);
  const { clusterId } = await control.createCluster(scope, {
    hsmType: 'hsm2m.medium',
    subnetIds,
    mode: 'FIPS',
    retentionDays: 90,
    tags: [],
  });
  return clusterId;
}

export function rowsOf(
  { store }: ClusterWorld,
  clusterId: string,
): Promise<ClusterRows | undefined> {
  return store.read((reader) => readCluster(reader, { ...scope, clusterId }));
}

export function untilRows(
  world: ClusterWorld,
  clusterId: string,
  what: string,
  holds: (rows: ClusterRows) => boolean,
): Promise<ClusterRows> {
  return until(what, async () => {
    const rows = await rowsOf(world, clusterId);
    return rows && holds(rows) ? rows : undefined;
  });
}

export function untilState(
  world: ClusterWorld,
  clusterId: string,
  state: ClusterState,
): Promise<ClusterRows> {
  return untilRows(
    world,
    clusterId,
    `cluster is ${state}`,
    ({ cluster }) => cluster.state === state,
  );
}

export async function newHsm(
  world: ClusterWorld,
  clusterId: string,
  zone: string,
): Promise<HsmRow> {
  const { hsmId } = await world.control.createHsm(scope, clusterId, {
    availabilityZone: `${scope.region}${zone}`,
  });
  return untilHsm(world, clusterId, hsmId, 'ACTIVE');
}

export async function untilHsm(
  world: ClusterWorld,
  clusterId: string,
  hsmId: string,
  state: HsmRow['state'],
): Promise<HsmRow> {
  return until(`HSM is ${state}`, async () => {
    const rows = await rowsOf(world, clusterId);
    return rows?.hsms.find((hsm) => hsm.hsmId === hsmId && hsm.state === state);
  });
}

/** Waits for the cluster's CSR and signs it with the customer's CA. */
export async function claimFor(
  world: ClusterWorld,
  clusterId: string,
  ca: CustomerCa,
): Promise<{ signedCert: string; trustAnchor: string }> {
  const { cluster } = await untilRows(
    world,
    clusterId,
    'cluster has a CSR',
    (rows) => rows.cluster.clusterCsr !== undefined,
  );
  return { signedCert: await ca.sign(cluster.clusterCsr ?? ''), trustAnchor: ca.certificate };
}

/** Activates the cluster: sets the first admin's password, directly on the HSM. */
export async function activate(
  { eniIp, port, hsmId }: HsmRow,
  trustAnchor: string,
  options: Partial<CommandInput<'activate'>> = {},
): Promise<CommandOutput<'activate'>> {
  const connection = await connectHsm({ hsmId, host: eniIp, port }, { trustAnchor });
  try {
    return await connection.call('activate', { password: ADMIN_PASSWORD, ...options });
  } finally {
    connection.close();
  }
}

/** Creates an initialised cluster with one HSM, activated with these options. */
export async function activeCluster(
  world: ClusterWorld,
  options: Partial<CommandInput<'activate'>> = {},
): Promise<{
  clusterId: string;
  first: HsmRow;
  ca: CustomerCa;
  recovery: CommandOutput<'activate'>['recovery'];
}> {
  const ca = await customerCa('EC');
  const clusterId = await newCluster(world);
  await untilState(world, clusterId, 'UNINITIALIZED');
  const first = await newHsm(world, clusterId, 'a');
  await world.control.initializeCluster(scope, clusterId, await claimFor(world, clusterId, ca));
  await untilState(world, clusterId, 'INITIALIZED');
  const { recovery } = await activate(first, ca.certificate, options);
  await untilState(world, clusterId, 'ACTIVE');
  return { clusterId, first, ca, recovery };
}
