import assert from 'node:assert/strict';
import { GenerateRandomCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GenerateRandom = table(
  'GenerateRandom',
  GenerateRandomCommand,
)({
  key: 'none',
  good: () => ({ NumberOfBytes: 1024 }),
  gives: ({ Plaintext }) => assert.equal(Plaintext?.length, 1024),
  refuses: {
    CustomKeyStoreNotFoundException: {
      input: () => ({ NumberOfBytes: 1, CustomKeyStoreId: 'cks-0123456789abcdef0' }),
    },
    ValidationException: [
      { when: 'no number of bytes', input: () => ({}), text: 'NumberOfBytes is required.' },
      {
        when: 'a number of none',
        input: () => ({ NumberOfBytes: 0 }),
        text: "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
      },
    ],
  },
  never: {
    CustomKeyStoreInvalidStateException: 'a store takes a cluster: custom-key-stores.test.ts',
    UnsupportedOperationException: 'external key stores are not there yet',
  },
});
