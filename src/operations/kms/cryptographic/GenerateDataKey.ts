import { defineOperation } from '../../operation.ts';
import { recipientOf, revealed } from '../recipient/recipient.ts';
import { generateDataKey } from './data-key.ts';

export const GenerateDataKey = defineOperation('kms', 'GenerateDataKey', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: {
      on: 'key',
      id: KeyId,
      aliases: true,
      states: 'cryptographic',
      usage: 'ENCRYPT_DECRYPT',
      symmetric: true,
    },
  }),
  async handle(services, input, { key }, call) {
    const recipient = recipientOf(services, input.Recipient, call);
    const { plaintext, ...answer } = await generateDataKey(services, input, key, {
      reveal: true,
      recipient,
    });
    return { ...answer, ...revealed('Plaintext', plaintext, recipient) };
  },
});
