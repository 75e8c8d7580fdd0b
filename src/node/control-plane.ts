import {
  openAuthorities,
  startClusterControl,
  startManagedHsms,
  type ClusterControl,
  type ManagedHsms,
} from '../cluster/index.ts';
import { openDefaultKeyStore, type DefaultKeyStore } from './default-key-store.ts';
import type { Foundation } from './foundation.ts';
import { openHsmHosts } from './hsm-hosts.ts';
import type { Lifetime } from './lifetime.ts';
import { readPemFile } from './pem-file.ts';
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
  { clockOffset, hsmRate: rate, hsmHosts, managedHsmHost, recoveryKey }: UpOptions,
  foundation: Foundation,
  lifetime: Lifetime,
): Promise<ControlPlane> {
  const { folder, store, clock, log } = foundation;
  // Opened once for both: at the first start it creates the roots that both must agree on.
  const authorities = openAuthorities(folder.file('certificates'), clock);
  const hosts = await openHsmHosts(foundation, hsmHosts, lifetime);
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
  const managedOptions = {
    ...options,
    managedHsmHost,
    recoveryKey: recoveryKey === undefined ? undefined : readPemFile(recoveryKey),
  };
  const [managed, clusters] = await lifetime.startBoth(
    startManagedHsms(managedOptions),
    startClusterControl(options),
  );
  const { client, keyStore } = await openDefaultKeyStore(managed, clock, log);
  return { managed, clusters, keyStore, client: lifetime.closing(client) };
}
