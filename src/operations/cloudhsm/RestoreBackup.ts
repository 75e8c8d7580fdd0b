import { defineOperation } from '../operation.ts';
import { describeBackup } from './backup-description.ts';

export const RestoreBackup = defineOperation('cloudhsm', 'RestoreBackup', {
  effect: 'write',
  targets: ({ BackupId }) => ({ backup: { on: 'backup', name: BackupId } }),
  handle: async ({ clusters }, _input, { backup: { scope, backupId } }) => ({
    Backup: describeBackup(await clusters.restoreBackup(scope, backupId)),
  }),
});
