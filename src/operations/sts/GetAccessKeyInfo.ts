import { KmsError } from '../../domain/index.ts';
import { accountOfAccessKey } from '../../identity/index.ts';
import { defineOperation } from '../operation.ts';

export const GetAccessKeyInfo = defineOperation('sts', 'GetAccessKeyInfo', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, { AccessKeyId }) {
    const account = accountOfAccessKey(AccessKeyId);
    const row =
      account === undefined
        ? undefined
        : await store.read((reader) => reader.get('accounts', account));
    if (!row)
      throw new KmsError(
        'ValidationException',
        `${AccessKeyId} is not the id of an access key of any account here.`,
      );
    return { Account: row.account };
  },
});
