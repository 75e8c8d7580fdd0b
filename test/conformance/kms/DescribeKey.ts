import assert from 'node:assert/strict';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const DescribeKey = table(
  'DescribeKey',
  DescribeKeyCommand,
)({
  good: (_stage, KeyId) => ({ KeyId }),
  gives: ({ KeyMetadata }, _stage, keyArn) =>
    assert.deepEqual([KeyMetadata?.Arn, KeyMetadata?.KeyState], [keyArn, 'Enabled']),
  accepts: { 'an alias': ({ aliasName }) => ({ KeyId: aliasName }) },
  refuses: {
    NotFoundException: [
      {
        when: 'an ARN of another Region',
        input: (_stage, keyId) => ({ KeyId: keyId.replace('us-east-1', 'eu-west-1') }),
        text: 'Invalid arn eu-west-1',
      },
      {
        when: 'what is no id',
        input: () => ({ KeyId: 'nonsense' }),
        text: "Invalid keyId 'nonsense'",
      },
    ],
  },
  never: {
    InvalidArnException:
      'it takes aliases, and what is no ARN is NotFoundException, as recorded from AWS',
  },
  except: { alias: 'it takes aliases' },
});
