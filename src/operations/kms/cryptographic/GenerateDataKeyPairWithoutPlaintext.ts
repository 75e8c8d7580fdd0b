import { defineOperation } from '../../operation.ts';
import { generateDataKeyPair } from './data-key-pair.ts';

export const GenerateDataKeyPairWithoutPlaintext = defineOperation(
  'kms',
  'GenerateDataKeyPairWithoutPlaintext',
  {
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
    async handle(services, input, { key }) {
      const { privateKey: _none, ...answer } = await generateDataKeyPair(services, input, key, {
        reveal: false,
      });
      return answer;
    },
  },
);
