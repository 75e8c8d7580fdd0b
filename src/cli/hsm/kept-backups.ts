import { accessInEnv } from '../access.ts';
import { createApi, type JsonResponse } from '../api.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';

type KeptBackup = JsonResponse<'keyhold', 'ListBackups'>['Backups'][number];

/**
 * Creates a backup in Keyhold now, in addition to the daily backups. Only genuine HSMs can decrypt
 * it.
 */
export async function backUpNow(context: HsmContext, options: TargetOptions): Promise<object> {
  const ClusterId = clusterIdOf(context, options);
  if (ClusterId === undefined)
    throw new CliError('missing cluster: pass --cluster-id cluster-… or set CLOUDHSM_CLUSTER_ID');
  const { BackupId } = await createApi(accessInEnv(context.env))('keyhold', 'CreateBackup', {
    ClusterId,
  });
  return { 'backup-id': BackupId };
}

/** Lists the backups in Keyhold, newest first: all, or those that contain a key with this label. */
export async function listKept(
  context: HsmContext,
  { key, ...options }: TargetOptions & { readonly key?: string },
): Promise<object> {
  const ClusterId = clusterIdOf(context, options);
  const input = {
    ...(ClusterId !== undefined && { ClusterId }),
    ...(key !== undefined && { KeyLabel: key }),
  };
  const { Backups } = await createApi(accessInEnv(context.env))('keyhold', 'ListBackups', input);
  return { backups: Backups.map((backup) => shape(backup, key !== undefined)) };
}

function clusterIdOf({ env }: HsmContext, { clusterId }: TargetOptions): string | undefined {
  return clusterId ?? (env['CLOUDHSM_CLUSTER_ID'] || undefined);
}

function shape(backup: KeptBackup, withKeys: boolean): object {
  return {
    'backup-id': backup.BackupId,
    'cluster-id': backup.ClusterId,
    region: backup.Region,
    state: backup.State,
    reason: backup.Reason,
    created: new Date(backup.CreationDate * 1_000).toISOString(),
    'user-count': backup.UserCount,
    'key-count': backup.KeyCount,
    ...(withKeys && {
      keys: backup.Keys.map(({ KeyReference, Owner }) => ({
        'key-reference': KeyReference,
        owner: Owner,
      })),
    }),
  };
}
