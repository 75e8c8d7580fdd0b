import { defineOperation } from '../../operation.ts';
import { generateDataKey } from './data-key.ts';

export const GenerateDataKeyWithoutPlaintext = defineOperation(
  'kms',
  'GenerateDataKeyWithoutPlaintext',
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
      const { plaintext: _none, ...answer } = await generateDataKey(services, input, key, {
        reveal: false,
      });
      return answer;
    },
  },
);
