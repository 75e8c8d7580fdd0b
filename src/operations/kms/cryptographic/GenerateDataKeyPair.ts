import { defineOperation } from '../../operation.ts';
import { recipientOf, revealed } from '../recipient/recipient.ts';
import { generateDataKeyPair } from './data-key-pair.ts';

export const GenerateDataKeyPair = defineOperation('kms', 'GenerateDataKeyPair', {
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
    const { privateKey, ...answer } = await generateDataKeyPair(services, input, key, {
      reveal: true,
      recipient,
    });
    return { ...answer, ...revealed('PrivateKeyPlaintext', privateKey, recipient) };
  },
});
