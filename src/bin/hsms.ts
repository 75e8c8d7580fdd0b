import { openAuthorities, startClusterControl, startManagedHsms, type ClusterControl, type ManagedHsms } from '../cluster/index.ts';
import { openDefaultKeyStore, type DefaultKeyStore } from './default-key-store.ts';
import type { Ground } from './ground.ts';
import type { Lifetime } from './lifetime.ts';
import type { UpOptions } from './up-options.ts';

/** The HSMs of this machine and who manages them. */
export interface Hsms extends DefaultKeyStore {
  readonly managed: ManagedHsms;
  readonly clusters: ClusterControl;
}

export async function startHsms({ clockOffset, hsmRate: rate }: UpOptions, ground: Ground, lifetime: Lifetime): Promise<Hsms> {
  const { folder, store, clock, log } = ground;
  // One for both: at the first start it makes what they must agree on.
  const authorities = openAuthorities(folder.file('certificates'), clock);
  const options = { dataFolder: folder.path, store, clock, clockOffset, rate, log, authorities };
  const [managed, clusters] = await lifetime.both(startManagedHsms(options), startClusterControl(options));
  const { client, keyStore } = await openDefaultKeyStore(managed, clock, log);
  return { managed, clusters, keyStore, client: lifetime.closing(client) };
}
