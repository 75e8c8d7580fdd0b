import { defineOperation } from '../operation.ts';
import { backupTarget, changePolicy } from './resource-policy.ts';

export const DeleteResourcePolicy = defineOperation('cloudhsm', 'DeleteResourcePolicy', {
  effect: 'write',
  targets: ({ ResourceArn }) => ({ backup: backupTarget(ResourceArn) }),
  async handle(services, _input, { backup }) {
    const { policy } = await changePolicy(services, backup, ({ policy: _gone, ...row }) => row);
    return { ResourceArn: backup.arn, ...(policy !== undefined && { Policy: policy }) };
  },
});
