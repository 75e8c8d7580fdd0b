import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { generateDataKey } from './data-key.ts';

export const GenerateDataKey = defineOperation('kms', 'GenerateDataKey', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, aliases: true, states: 'cryptographic', usage: 'ENCRYPT_DECRYPT', symmetric: true },
  }),
  async handle(services, input, { key }) {
    if (input.Recipient !== undefined) throw new KmsError('UnsupportedOperationException', 'Recipient is not supported.');
    return generateDataKey(services, input, key, true);
  },
});
