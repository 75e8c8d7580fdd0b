import { defineOperation } from '../operation.ts';
import { requireBackup } from './require-backup.ts';
import { backupTarget } from './resource-policy.ts';

export const GetResourcePolicy = defineOperation('cloudhsm', 'GetResourcePolicy', {
  effect: 'read',
  targets: ({ ResourceArn }) => ({ backup: backupTarget(ResourceArn) }),
  async handle(_services, _input, { backup }) {
    const { policy } = requireBackup(backup);
    return policy === undefined ? {} : { Policy: policy };
  },
});
