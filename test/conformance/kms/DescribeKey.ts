import assert from 'node:assert/strict';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const DescribeKey = table(
  'DescribeKey',
  DescribeKeyCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ KeyMetadata }, _stage, keyArn) =>
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
        when: 'an invalid key ID',
        input: () => ({ KeyId: 'nonsense' }),
        text: "Invalid keyId 'nonsense'",
      },
    ],
  },
  unreachable: {
    InvalidArnException:
      'aliases are accepted, and an invalid ARN gives NotFoundException, as recorded from AWS',
  },
  except: { alias: 'aliases are accepted' },
});
