import assert from 'node:assert/strict';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const CreateKey = table(
  'CreateKey',
  CreateKeyCommand,
)({
  key: 'none',
  validInput: () => ({ Description: 'made', Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  checkOutput: ({ KeyMetadata }) =>
    assert.deepEqual([KeyMetadata?.KeyState, KeyMetadata?.Description], ['Enabled', 'made']),
  accepts: {
    'an empty input': () => ({}),
    'an asymmetric key spec': () => ({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    'origin EXTERNAL': () => ({ Origin: 'EXTERNAL' }),
  },
  refuses: {
    CustomKeyStoreNotFoundException: {
      input: () => ({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-0123456789abcdef0' }),
    },
    MalformedPolicyDocumentException: { input: () => ({ Policy: '{' }) },
    TagException: {
      input: () => ({ Tags: [{ TagKey: 'aws:a', TagValue: '' }] }),
      text: 'Tags beginning with aws: are reserved',
    },
    UnsupportedOperationException: {
      input: () => ({
        Origin: 'EXTERNAL_KEY_STORE',
        CustomKeyStoreId: 'cks-0123456789abcdef0',
        XksKeyId: 'a',
      }),
    },
    LimitExceededException: {
      when: 'a policy that is too long',
      input: () => ({ Policy: `{"a":"${'b'.repeat(32_768)}"}` }),
    },
    ValidationException: {
      when: 'an asymmetric key without a usage',
      input: () => ({ KeySpec: 'RSA_2048' }),
      text: 'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    },
  },
  unreachable: {
    CloudHsmClusterInvalidConfigurationException:
      'needs a cluster: test/e2e/connection-errors.test.ts',
    CustomKeyStoreInvalidStateException: 'needs a cluster: custom-store-keys.test.ts',
    InvalidArnException:
      'the only ARNs are in the policy, whose errors are MalformedPolicyDocumentException',
  },
});
