import { KmsError, type ClusterRow, type KeyStoreRow, type Scope } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';

/**
 * Returns the cluster if a custom key store can use it. Source: CreateCustomKeyStore, AWS KMS API
 * Reference.
 */
export async function requireActiveCluster(
  reader: Reader,
  { account, region }: Scope,
  clusterId: string,
): Promise<ClusterRow> {
  const cluster = await reader.get('clusters', account, region, clusterId);
  if (!cluster || cluster.state === 'DELETED' || cluster.state === 'DELETE_IN_PROGRESS') {
    throw new KmsError(
      'CloudHsmClusterNotFoundException',
      `CloudHSM cluster ${clusterId} does not exist in this account and Region.`,
    );
  }
  if (
    cluster.state !== 'ACTIVE' &&
    cluster.state !== 'UPDATE_IN_PROGRESS' &&
    cluster.state !== 'DEGRADED'
  ) {
    throw new KmsError(
      'CloudHsmClusterNotActiveException',
      `CloudHSM cluster ${clusterId} is ${cluster.state}. Initialize and activate it before you use it.`,
    );
  }
  return cluster;
}

/**
 * Requires active HSMs in two Availability Zones: a single HSM could lose a new key permanently.
 */
export async function requireTwoZones(
  reader: Reader,
  { account, region }: Scope,
  clusterId: string,
): Promise<void> {
  const hsms = await reader.list('hsms', [account, region, clusterId]);
  const zones = new Set(
    hsms.filter((hsm) => hsm.state === 'ACTIVE').map((hsm) => hsm.availabilityZone),
  );
  if (zones.size >= 2) return;
  throw new KmsError(
    'CloudHsmClusterInvalidConfigurationException',
    `CloudHSM cluster ${clusterId} has active HSMs in ${zones.size} Availability Zone${zones.size === 1 ? '' : 's'}; it must have at least two active HSMs, each in a different Availability Zone.`,
  );
}

/**
 * Requires that no custom key store uses the cluster, or one that shares its backup history (same
 * cluster certificate).
 */
export async function requireUnusedCluster(
  reader: Reader,
  { account, region }: Scope,
  cluster: ClusterRow,
): Promise<void> {
  const stores = await reader.list('keyStores', [account, region]);
  const shared = (store: KeyStoreRow): boolean =>
    store.clusterCertificate === cluster.clusterCertificate;
  if (stores.some((store) => store.clusterId === cluster.clusterId || shared(store))) {
    throw new KmsError(
      'CloudHsmClusterInUseException',
      `CloudHSM cluster ${cluster.clusterId} is associated with a custom key store, or shares a backup history with one that is.`,
    );
  }
}

/**
 * Requires the certificate of the customer's CA that InitializeCluster was given. Line breaks of
 * the PEM do not matter.
 */
export function requireTrustAnchor(cluster: ClusterRow, certificate: string): void {
  const wanted = cluster.trustAnchor === undefined ? undefined : pemBody(cluster.trustAnchor);
  if (wanted !== undefined && pemBody(certificate) === wanted) return;
  throw new KmsError(
    'IncorrectTrustAnchorException',
    `The trust anchor certificate is not the one that CloudHSM cluster ${cluster.clusterId} was initialized with (customerCA.crt).`,
  );
}

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

function pemBody(pem: string): string | undefined {
  return PEM.exec(pem)?.[1]?.replaceAll(/\s/g, '');
}
