import { defineOperation } from '../operation.ts';
import { describeBackup } from './backup-description.ts';

export const DeleteBackup = defineOperation('cloudhsm', 'DeleteBackup', {
  effect: 'write',
  targets: ({ BackupId }) => ({ backup: { on: 'backup', name: BackupId } }),
  handle: async ({ clusters }, _input, { backup: { scope, backupId } }) => ({
    Backup: describeBackup(await clusters.deleteBackup(scope, backupId)),
  }),
});
