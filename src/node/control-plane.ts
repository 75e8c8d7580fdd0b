import { join } from 'node:path';
import { readFileIfThere, writeFileDurably } from '../base/index.ts';
import {
  hostsFolder,
  HsmHosts,
  openAuthorities,
  startClusterControl,
  startManagedHsms,
  type ClusterControl,
  type ManagedHsms,
} from '../cluster/index.ts';
import type { DataFolder } from './data-folder.ts';
import { openDefaultKeyStore, type DefaultKeyStore } from './default-key-store.ts';
import type { Foundation } from './foundation.ts';
import type { Lifetime } from './lifetime.ts';
import type { HostAndPort } from './option-values.ts';
import type { UpOptions } from './options.ts';

/** The HSMs of the installation, with their managers and the default key store on them. */
export interface ControlPlane extends DefaultKeyStore {
  readonly managed: ManagedHsms;
  readonly clusters: ClusterControl;
}

/**
 * Starts the listener for HSM hosts, the managed HSMs and the control of customers' clusters.
 * Resolves when the default key store can be used.
 */
export async function startControlPlane(
  { clockOffset, hsmRate: rate, hsmHosts }: UpOptions,
  foundation: Foundation,
  lifetime: Lifetime,
): Promise<ControlPlane> {
  const { folder, store, clock, log } = foundation;
  // Opened once for both: at the first start it creates the roots that both must agree on.
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
  const [managed, clusters] = await lifetime.startBoth(
    startManagedHsms(options),
    startClusterControl(options),
  );
  const { client, keyStore } = await openDefaultKeyStore(managed, clock, log);
  return { managed, clusters, keyStore, client: lifetime.closing(client) };
}

/**
 * Listens for HSM hosts and records the address for `hsm enrol`. Port 0 reuses the previous port,
 * because enrolled hosts connect to it.
 */
async function listenForHosts(
  hosts: HsmHosts,
  { host, port }: HostAndPort,
  folder: DataFolder,
): Promise<void> {
  const file = join(hostsFolder(folder.path), 'address');
  const previous = Number(readFileIfThere(file)?.toString().trim().split(':').at(-1) ?? 0);
  const listening = await hosts.listen(host, port === 0 ? previous : port);
  writeFileDurably(file, `${host}:${listening}\n`);
}
