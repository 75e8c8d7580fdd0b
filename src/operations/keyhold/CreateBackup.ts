import { defineOperation } from '../operation.ts';

export const CreateBackup = defineOperation('keyhold', 'CreateBackup', {
  effect: 'write',
  targets: ({ ClusterId }) => ({ cluster: { on: 'cluster', clusterId: ClusterId } }),
  async handle({ clusters }, _input, { cluster: { scope, clusterId } }) {
    const { backupId } = await clusters.createBackup(scope, clusterId);
    return { BackupId: backupId };
  },
});
