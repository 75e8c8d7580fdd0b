import {
  hostsFolder,
  HsmHosts,
  openAuthorities,
  startClusterControl,
  startManagedHsms,
  type ClusterControl,
  type ManagedHsms,
} from '../cluster/index.ts';
import { openDefaultKeyStore, type DefaultKeyStore } from './default-key-store.ts';
import type { Ground } from './foundation.ts';
import type { Lifetime } from './lifetime.ts';
import type { DataFolder } from './data-folder.ts';
import type { HostAndPort } from './option-values.ts';
import type { UpOptions } from './options.ts';
import { join } from 'node:path';
import { readFileIfThere, writeFileDurably } from '../base/index.ts';

/** The HSMs of this machine and who manages them. */
export interface Hsms extends DefaultKeyStore {
  readonly managed: ManagedHsms;
  readonly clusters: ClusterControl;
}

export async function startHsms(
  { clockOffset, hsmRate: rate, hsmHosts }: UpOptions,
  ground: Ground,
  lifetime: Lifetime,
): Promise<Hsms> {
  const { folder, store, clock, log } = ground;
  // One for both: at the first start it makes what they must agree on.
  const authorities = openAuthorities(folder.file('certificates'), clock);
  const hosts = lifetime.closing(new HsmHosts({ dataFolder: folder.path, clock, log }));
  if (hsmHosts) await listenForHosts(hosts, hsmHosts, folder);
  const options = {
    dataFolder: folder.path,
    store,
    clock,
    clockOffset,
    rate,
    log,
    authorities,
    hosts,
  };
  const [managed, clusters] = await lifetime.both(
    startManagedHsms(options),
    startClusterControl(options),
  );
  const { client, keyStore } = await openDefaultKeyStore(managed, clock, log);
  return { managed, clusters, keyStore, client: lifetime.closing(client) };
}

/** Notes where, for those who enrol hosts. Any port is the one of before: hosts that are enrolled connect to it. */
async function listenForHosts(
  hosts: HsmHosts,
  { host, port }: HostAndPort,
  folder: DataFolder,
): Promise<void> {
  const file = join(hostsFolder(folder.path), 'address');
  const before = Number(readFileIfThere(file)?.toString().trim().split(':').at(-1) ?? 0);
  const listening = await hosts.listen(host, port === 0 ? before : port);
  writeFileDurably(file, `${host}:${listening}\n`);
}
