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
  good: ({ account }, KeyId) => ({ KeyId, Policy: policy(account) }),
  refuses: {
    MalformedPolicyDocumentException: [
      { when: 'what is no policy', input: (_stage, KeyId) => ({ KeyId, Policy: '{' }) },
      {
        when: 'one that shuts the caller out',
        input: (_stage, KeyId) => ({ KeyId, Policy: policy('444455556666') }),
        text: 'The new key policy will not allow you to update the key policy in the future.',
      },
    ],
    LimitExceededException: {
      when: 'one too long',
      input: ({ account }, KeyId) => ({ KeyId, Policy: policy(account, 'a'.repeat(32_768)) }),
    },
  },
  never: {
    UnsupportedOperationException:
      'nobody but AWS may change the policy of an AWS managed key, so that it is AccessDeniedException',
  },
});
