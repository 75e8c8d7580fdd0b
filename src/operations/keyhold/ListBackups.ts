import type { Response } from '../../contract/index.ts';
import type { BackupRow } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import type { Services } from '../services.ts';

type BackupInfo = Response<'keyhold', 'ListBackups'>['Backups'][number];

/**
 * Lists backups. With a key label, lists those that still contain the key, which an operator has to
 * delete to erase the key.
 */
export const ListBackups = defineOperation('keyhold', 'ListBackups', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle(services, { ClusterId, KeyLabel }, { service: { scope } }) {
    const backups = await services.store.read((reader) => reader.list('backups', [scope.account]));
    const infos = backups
      .filter(({ clusterId }) => ClusterId === undefined || clusterId === ClusterId)
      .toSorted((a, b) => b.creationDate - a.creationDate)
      .map((backup) => describe(services, backup, KeyLabel));
    return {
      Backups: KeyLabel === undefined ? infos : infos.filter(({ Keys }) => Keys.length > 0),
    };
  },
});

function describe(
  { clusters }: Services,
  backup: BackupRow,
  label: string | undefined,
): BackupInfo {
  const header = clusters.backupHeader(backup.backupId);
  const keys = header?.keys ?? [];
  return {
    BackupId: backup.backupId,
    ClusterId: backup.clusterId,
    Region: backup.region,
    State: backup.state,
    Reason: backup.reason,
    CreationDate: new Date(backup.creationDate),
    UserCount: header?.userCount ?? 0,
    KeyCount: keys.length,
    Keys: keys
      .filter((key) => key.label === label)
      .map((key) => ({ KeyReference: `0x${key.handle}`, Label: key.label, Owner: key.owner })),
  };
}
