import assert from 'node:assert/strict';
import { GenerateRandomCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GenerateRandom = table(
  'GenerateRandom',
  GenerateRandomCommand,
)({
  key: 'none',
  validInput: () => ({ NumberOfBytes: 1024 }),
  checkOutput: ({ Plaintext }) => assert.equal(Plaintext?.length, 1024),
  refuses: {
    CustomKeyStoreNotFoundException: {
      input: () => ({ NumberOfBytes: 1, CustomKeyStoreId: 'cks-0123456789abcdef0' }),
    },
    ValidationException: [
      {
        when: 'an input without a number of bytes',
        input: () => ({}),
        text: 'NumberOfBytes is required.',
      },
      {
        when: 'a request for zero bytes',
        input: () => ({ NumberOfBytes: 0 }),
        text: "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
      },
    ],
  },
  unreachable: {
    CustomKeyStoreInvalidStateException: 'needs a cluster',
    UnsupportedOperationException: 'external key stores are not supported',
  },
});
