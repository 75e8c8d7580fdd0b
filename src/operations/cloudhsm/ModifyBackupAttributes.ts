import { defineOperation } from '../operation.ts';
import { describeBackup } from './backup-description.ts';

export const ModifyBackupAttributes = defineOperation('cloudhsm', 'ModifyBackupAttributes', {
  effect: 'write',
  targets: ({ BackupId }) => ({ backup: { on: 'backup', name: BackupId } }),
  handle: async ({ clusters }, { NeverExpires }, { backup: { scope, backupId } }) => ({
    Backup: describeBackup(await clusters.modifyBackup(scope, backupId, NeverExpires)),
  }),
});
