import { KmsError } from '../../domain/index.ts';
import { parsePolicy, PolicyError } from '../../policy/index.ts';
import { defineOperation } from '../operation.ts';
import { backupTarget, changePolicy } from './resource-policy.ts';

export const PutResourcePolicy = defineOperation('cloudhsm', 'PutResourcePolicy', {
  effect: 'write',
  targets: ({ ResourceArn }) => ({ backup: backupTarget(ResourceArn) }),
  async handle(services, { Policy }, { backup }) {
    if (Policy === undefined)
      throw new KmsError('CloudHsmInvalidRequestException', 'Policy must be specified.');
    checkPolicy(Policy);
    await changePolicy(services, backup, (row) => ({ ...row, policy: Policy }));
    return { ResourceArn: backup.arn, Policy };
  },
});

function checkPolicy(text: string): void {
  try {
    parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError)
      throw new KmsError('CloudHsmInvalidRequestException', error.message, { cause: error });
    throw error;
  }
}
