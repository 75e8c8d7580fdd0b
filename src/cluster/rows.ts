import {
  KmsError,
  type BackupRow,
  type ClusterRow,
  type HsmRow,
  type Scope,
} from '../domain/index.ts';
import type { Reader, Store } from '../storage/index.ts';

export interface ClusterRef extends Scope {
  readonly clusterId: string;
}

/** A cluster with its HSMs, ordered by ID, and its backups in this Region. */
export interface ClusterRows {
  readonly cluster: ClusterRow;
  readonly hsms: readonly HsmRow[];
  readonly backups: readonly BackupRow[];
}

export async function readCluster(
  reader: Reader,
  { account, region, clusterId }: ClusterRef,
): Promise<ClusterRows | undefined> {
  const cluster = await reader.get('clusters', account, region, clusterId);
  if (!cluster || cluster.state === 'DELETED') return undefined;
  const key = [account, region, clusterId];
  return {
    cluster,
    hsms: await reader.list('hsms', key),
    backups: await reader.find('backups', 'byCluster', key),
  };
}

export async function requireCluster(reader: Reader, ref: ClusterRef): Promise<ClusterRows> {
  const rows = await readCluster(reader, ref);
  if (!rows)
    throw new KmsError(
      'CloudHsmResourceNotFoundException',
      `Cluster '${ref.clusterId}' was not found.`,
    );
  return rows;
}

export function invalid(text: string): KmsError {
  return new KmsError('CloudHsmInvalidRequestException', text);
}

/**
 * Replaces the cluster's row by the result of `change`. Returns false, and changes nothing, if
 * `change` returns undefined or the cluster is deleted.
 */
export async function changeCluster(
  store: Store,
  ref: ClusterRef,
  change: (cluster: ClusterRow) => ClusterRow | undefined,
): Promise<boolean> {
  return store.transact(async (transaction) => {
    const before = await transaction.get('clusters', ref.account, ref.region, ref.clusterId);
    const after = before && change(before);
    if (after) await transaction.put('clusters', after);
    return after !== undefined;
  });
}

/**
 * Replaces the HSM's row by the result of `change`. Returns false, and changes nothing, if `change`
 * returns undefined or the HSM is deleted.
 */
export async function changeHsm(
  store: Store,
  { account, region, clusterId, hsmId }: HsmRow,
  change: (hsm: HsmRow) => HsmRow | undefined,
): Promise<boolean> {
  return store.transact(async (transaction) => {
    const before = await transaction.get('hsms', account, region, clusterId, hsmId);
    const after = before && change(before);
    if (after) await transaction.put('hsms', after);
    return after !== undefined;
  });
}
