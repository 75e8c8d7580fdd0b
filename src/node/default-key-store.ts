import type { Clock, Logger } from '../base/index.ts';
import type { ManagedHsms } from '../cluster/index.ts';
import { connectCluster, type ClusterClient } from '../hsm/client/index.ts';
import { defaultMaterialStorage, hsmKeyStore, type KeyStore } from '../keystores/index.ts';

export interface DefaultKeyStore {
  readonly keyStore: KeyStore;
  /** The connections to the managed HSMs. */
  readonly client: ClusterClient;
}

/** Logs in to the managed HSMs and opens the default key store on them. */
export async function openDefaultKeyStore(
  managed: ManagedHsms,
  clock: Clock,
  log: Logger,
): Promise<DefaultKeyStore> {
  const { trustAnchor, credentials, domainKeyHandle } = managed;
  const options = {
    trustAnchor,
    members: managed.members(),
    credentials: { ...credentials, role: 'crypto-user' as const },
    clock,
    log,
  };
  const client = await connectCluster(options);
  managed.onMembersChanged((members) => client.setMembers(members));
  return { client, keyStore: hsmKeyStore(defaultMaterialStorage(domainKeyHandle), () => client) };
}
