import { Command } from 'commander';
import type {
  ClusterStatus,
  HsmStatus,
  KeyStoreStatus,
  RegionStatus,
  Status,
} from '../contract/index.ts';
import { accessInEnv, accessInFolder } from './access.ts';
import { createApi } from './api.ts';
import { attempt, type CliIo, type Env } from './io.ts';
import { table } from './table.ts';

/** `keyhold status`: shows the front end, clusters, HSMs, key stores and subnets. */
export function statusCommand(env: Env, io: CliIo): Command {
  return new Command('status')
    .description('show the front end, clusters, HSMs, key stores and subnets')
    .option('--json', 'print the response as JSON')
    .option(
      '--data <folder>',
      'data folder of `keyhold up` (default: the environment, then $KEYHOLD_DATA, then .keyhold)',
    )
    .addHelpText('after', '\nExamples:\n  keyhold status\n  keyhold status --json | jq .Clusters')
    .action(({ json, data }: { json?: true; data?: string }) =>
      attempt(io, async () => {
        const access = data === undefined ? accessInEnv(env) : accessInFolder(data);
        const status = await createApi(access)('keyhold', 'DescribeStatus', {});
        io.out(json ? `${JSON.stringify(status, undefined, 2)}\n` : renderStatus(status));
      }),
    );
}

function renderStatus(status: Status): string {
  return [
    `Keyhold ${status.Version} at ${status.Endpoint}, up ${duration(status.Uptime)}\n`,
    section(
      'Key stores',
      ['ID', 'NAME', 'REGION', 'STATE', 'CLUSTER', 'KEYS', 'HSMS'],
      status.KeyStores.map(keyStoreRow),
    ),
    section('Clusters', ['ID', 'REGION', 'STATE', 'TYPE', 'HSMS'], status.Clusters.map(clusterRow)),
    section(
      'HSMs',
      ['ID', 'CLUSTER', 'ZONE', 'ADDRESS', 'STATE', 'KEYS', 'USERS', 'OPERATIONS', 'COVERAGE'],
      status.Clusters.flatMap(hsmRows),
    ),
    ...problems(status),
    section('Subnets', ['ID', 'ZONE', 'CIDR', 'VPC'], status.Regions.flatMap(subnetRows)),
  ].join('\n');
}

function section(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return rows.length === 0 ? `${title}: none\n` : `${title}\n${table(columns, rows)}`;
}

function keyStoreRow(store: KeyStoreStatus): string[] {
  const state = store.ConnectionErrorCode
    ? `${store.ConnectionState} (${store.ConnectionErrorCode})`
    : store.ConnectionState;
  const healthy = store.Hsms.filter(({ Healthy }) => Healthy).length;
  const hsms = store.Hsms.length === 0 ? '-' : `${healthy} of ${store.Hsms.length} healthy`;
  return [
    store.CustomKeyStoreId,
    store.CustomKeyStoreName,
    store.Region,
    state,
    store.CloudHsmClusterId,
    String(store.KeyCount),
    hsms,
  ];
}

function clusterRow({ ClusterId, Region, State, HsmType, Hsms }: ClusterStatus): string[] {
  return [ClusterId, Region, State, HsmType, String(Hsms.length)];
}

function hsmRows({ ClusterId, Hsms }: ClusterStatus): string[][] {
  return Hsms.map((hsm) => [
    hsm.HsmId,
    ClusterId,
    hsm.AvailabilityZone,
    hsm.EniPort > 0 ? `${hsm.EniIp}:${hsm.EniPort}` : hsm.EniIp,
    hsm.State,
    String(hsm.Keys),
    String(hsm.Users),
    String(hsm.Operations),
    coverage(hsm),
  ]);
}

/** Formats the coverage of what this HSM holds. */
function coverage({ Coverage, Synchronized }: HsmStatus): string {
  if (!Coverage) return '-';
  return Synchronized ? `${Coverage.On} of ${Coverage.Of}` : 'joining';
}

/** Lists degraded HSMs and failed connections, with reason and start. */
function problems({ Clusters, KeyStores }: Status): string[] {
  const degraded = Clusters.flatMap(({ Hsms }) =>
    Hsms.filter(({ Since }) => Since !== undefined).map((hsm) => [hsm.HsmId, hsm] as const),
  );
  const unhealthy = KeyStores.flatMap((store) =>
    store.Hsms.filter(({ Healthy }) => !Healthy).map(
      (hsm) => [`${hsm.HsmId} for ${store.CustomKeyStoreId}`, hsm] as const,
    ),
  );
  const failed = KeyStores.filter(({ Reason }) => Reason !== undefined).map(
    (store) => [store.CustomKeyStoreId, store] as const,
  );
  const rows = [...degraded, ...unhealthy, ...failed].map(
    ([component, { Since = 0, Reason = '' }]) => [
      component,
      new Date(Since * 1000).toISOString(),
      Reason,
    ],
  );
  return rows.length === 0 ? [] : [section('Problems', ['COMPONENT', 'SINCE', 'REASON'], rows)];
}

function subnetRows({ VpcId, Subnets }: RegionStatus): string[][] {
  return Subnets.map(({ SubnetId, AvailabilityZone, CidrBlock }) => [
    SubnetId,
    AvailabilityZone,
    CidrBlock,
    VpcId,
  ]);
}

function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
