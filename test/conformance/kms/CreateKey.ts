import assert from 'node:assert/strict';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const CreateKey = table(
  'CreateKey',
  CreateKeyCommand,
)({
  key: 'none',
  good: () => ({ Description: 'made', Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  gives: ({ KeyMetadata }) =>
    assert.deepEqual([KeyMetadata?.KeyState, KeyMetadata?.Description], ['Enabled', 'made']),
  accepts: {
    'nothing at all': () => ({}),
    'a key of each kind': () => ({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    'material that is still to be imported': () => ({ Origin: 'EXTERNAL' }),
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
      when: 'a policy too long',
      input: () => ({ Policy: `{"a":"${'b'.repeat(32_768)}"}` }),
    },
    ValidationException: {
      when: 'no usage for an asymmetric key',
      input: () => ({ KeySpec: 'RSA_2048' }),
      text: 'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    },
  },
  never: {
    CloudHsmClusterInvalidConfigurationException:
      'a store takes a cluster: custom-key-stores.test.ts',
    CustomKeyStoreInvalidStateException: 'a store takes a cluster: custom-key-stores.test.ts',
    InvalidArnException:
      'CreateKey takes no ARN but in its policy, whose faults are MalformedPolicyDocumentException',
  },
});
