import { defineOperation } from '../operation.ts';

export const GetCallerIdentity = defineOperation('sts', 'GetCallerIdentity', {
  effect: 'read',
  targets: () => ({}),
  async handle(_services, _input, _targets, { caller }) {
    return { UserId: caller.userId, Account: caller.account, Arn: caller.arn };
  },
});
