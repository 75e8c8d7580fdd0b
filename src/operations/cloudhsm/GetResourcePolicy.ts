import { defineOperation } from '../operation.ts';
import { backupTarget, ownBackup } from './resource-policy.ts';

export const GetResourcePolicy = defineOperation('cloudhsm', 'GetResourcePolicy', {
  effect: 'read',
  targets: ({ ResourceArn }) => ({ backup: backupTarget(ResourceArn) }),
  async handle(_services, { ResourceArn }, { backup }) {
    const { policy } = ownBackup(backup, ResourceArn);
    return policy === undefined ? {} : { Policy: policy };
  },
});
