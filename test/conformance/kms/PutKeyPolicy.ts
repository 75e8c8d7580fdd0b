import { PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

function policy(account: string, Sid = 'all'): string {
  const statement = {
    Sid,
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

export const PutKeyPolicy = table(
  'PutKeyPolicy',
  PutKeyPolicyCommand,
)({
  validInput: ({ account }, KeyId) => ({ KeyId, Policy: policy(account) }),
  refuses: {
    MalformedPolicyDocumentException: [
      { when: 'an invalid policy document', input: (_stage, KeyId) => ({ KeyId, Policy: '{' }) },
      {
        when: 'a policy that locks the caller out',
        input: (_stage, KeyId) => ({ KeyId, Policy: policy('444455556666') }),
        text: 'The new key policy will not allow you to update the key policy in the future.',
      },
    ],
    LimitExceededException: {
      when: 'a policy that is too long',
      input: ({ account }, KeyId) => ({ KeyId, Policy: policy(account, 'a'.repeat(32_768)) }),
    },
  },
  unreachable: {
    UnsupportedOperationException:
      'for an AWS managed key the error is AccessDeniedException, because only AWS can change its policy',
  },
});
