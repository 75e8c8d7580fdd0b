import type { Response } from '../../contract/index.ts';
import type { ClusterRow, HsmRow, KeyStoreRow } from '../../domain/index.ts';
import type { HsmStatus } from '../../cluster/index.ts';
import type { Reader } from '../../storage/index.ts';
import { defineOperation } from '../operation.ts';
import type { Services } from '../services.ts';

type Status = Response<'keyhold', 'DescribeStatus'>;

export const DescribeStatus = defineOperation('keyhold', 'DescribeStatus', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle(services, _input, { service: { scope } }) {
    const { clock, store, clusters: control, about } = services;
    await control.refreshStatuses();
    const statuses = control.statuses();
    const { clusters, hsms, keyStores } = await store.read((reader) =>
      rowsOf(reader, scope.account),
    );
    const hsmsOf = Map.groupBy(hsms, (hsm) => hsm.clusterId);
    const regions = new Set([
      scope.region,
      ...clusters.map(({ region }) => region),
      ...keyStores.map(({ region }) => region),
    ]);
    return {
      Endpoint: about.endpoint(),
      Version: about.version,
      Uptime: Math.floor((clock.now() - about.startedAt) / 1000),
      Regions: Array.from(regions, (region) => describeRegion(services, scope.account, region)),
      Clusters: clusters.map((cluster) =>
        describeCluster(cluster, hsmsOf.get(cluster.clusterId) ?? [], statuses),
      ),
      KeyStores: keyStores.map(({ row, keyCount }) => describeKeyStore(services, row, keyCount)),
    };
  },
});

async function rowsOf(reader: Reader, account: string) {
  const keyStores = await reader.list('keyStores', [account]);
  return {
    clusters: (await reader.list('clusters', [account])).filter(({ state }) => state !== 'DELETED'),
    hsms: await reader.list('hsms', [account]),
    keyStores: await Promise.all(
      keyStores.map(async (row) => {
        const { region, storeId } = row;
        // The number of keys is bounded by the capacity of the cluster's HSMs.
        const keys = await reader.find('keys', 'byStore', [account, region, storeId]);
        return { row, region, keyCount: keys.length };
      }),
    ),
  };
}

function describeRegion(
  { clusters }: Services,
  account: string,
  region: string,
): Status['Regions'][number] {
  const { vpcId, subnets } = clusters.vpcOf({ account, region });
  return {
    Region: region,
    VpcId: vpcId,
    Subnets: subnets.map(({ subnetId, availabilityZone, cidrBlock }) => ({
      SubnetId: subnetId,
      AvailabilityZone: availabilityZone,
      CidrBlock: cidrBlock,
    })),
  };
}

function describeCluster(
  cluster: ClusterRow,
  hsms: readonly HsmRow[],
  statuses: ReadonlyMap<string, HsmStatus>,
): Status['Clusters'][number] {
  return {
    ClusterId: cluster.clusterId,
    Region: cluster.region,
    State: cluster.state,
    HsmType: cluster.hsmType,
    Hsms: hsms.map((hsm) => describeHsm(hsm, statuses.get(hsm.hsmId))),
  };
}

function describeHsm(
  hsm: HsmRow,
  status: HsmStatus | undefined,
): Status['Clusters'][number]['Hsms'][number] {
  return {
    HsmId: hsm.hsmId,
    AvailabilityZone: hsm.availabilityZone,
    EniIp: hsm.eniIp,
    EniPort: hsm.port,
    State: hsm.state,
    Keys: status?.keyCount ?? 0,
    Users: status?.userCount ?? 0,
    Operations: Object.values(status?.operations ?? {}).reduce((sum, count) => sum + count, 0),
    Synchronized: status?.synchronized ?? false,
    ...(status && { Coverage: { On: status.coverage.on, Of: status.coverage.of } }),
    ...problemOf(hsm),
  };
}

/** Returns the problem of a degraded HSM, or of one that waits for the cluster's owner. */
function problemOf({
  stateMessage,
  degradedSince,
  waitingSince,
}: HsmRow): Pick<Status['Clusters'][number]['Hsms'][number], 'Reason' | 'Since'> {
  const since = degradedSince ?? waitingSince;
  if (since === undefined) return {};
  return { Since: since / 1000, ...(stateMessage !== undefined && { Reason: stateMessage }) };
}

function describeKeyStore(
  { keyStores }: Services,
  row: KeyStoreRow,
  keyCount: number,
): Status['KeyStores'][number] {
  const failure = keyStores.connectionFailure(row.storeId);
  return {
    CustomKeyStoreId: row.storeId,
    CustomKeyStoreName: row.name,
    Region: row.region,
    ConnectionState: row.state,
    ...(row.errorCode !== undefined && { ConnectionErrorCode: row.errorCode }),
    ...(failure && { Reason: failure.reason, Since: failure.since / 1000 }),
    CloudHsmClusterId: row.clusterId,
    KeyCount: keyCount,
    Hsms: keyStores.members(row.storeId).map(({ hsmId, healthy, reason, since }) => ({
      HsmId: hsmId,
      Healthy: healthy,
      Since: since / 1000,
      ...(reason !== undefined && { Reason: reason }),
    })),
  };
}
