import { KmsError } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';

export const GetAccessKeyInfo = defineOperation('sts', 'GetAccessKeyInfo', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, { AccessKeyId }) {
    // Temporary ones are nowhere to be looked up.
    const key = await store.read((reader) => reader.get('accessKeys', AccessKeyId));
    if (!key) throw new KmsError('ValidationException', `The access key ID ${AccessKeyId} is not known.`);
    return { Account: key.account };
  },
});
