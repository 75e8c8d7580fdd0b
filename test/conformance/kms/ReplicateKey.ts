import assert from 'node:assert/strict';
import { ReplicateKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ReplicateKey = table(
  'ReplicateKey',
  ReplicateKeyCommand,
)({
  key: { MultiRegion: true },
  validInput: (_stage, KeyId) => ({ KeyId, ReplicaRegion: 'eu-west-1' }),
  checkOutput: ({ ReplicaKeyMetadata }, _stage, keyArn) =>
    assert.equal(ReplicaKeyMetadata?.Arn, keyArn.replace('us-east-1', 'eu-west-1')),
  refuses: {
    AlreadyExistsException: {
      async input({ kms }, KeyId) {
        await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }));
        return { KeyId, ReplicaRegion: 'eu-west-1' };
      },
    },
    MalformedPolicyDocumentException: {
      input: (_stage, KeyId) => ({ KeyId, ReplicaRegion: 'eu-west-1', Policy: '{' }),
    },
    TagException: {
      input: (_stage, KeyId) => ({
        KeyId,
        ReplicaRegion: 'eu-west-1',
        Tags: [{ TagKey: 'aws:a', TagValue: '' }],
      }),
    },
    UnsupportedOperationException: {
      when: 'a single-Region key',
      input: async (stage) => ({ KeyId: await stage.newKey(), ReplicaRegion: 'eu-west-1' }),
      text: /is not a multi-region primary key\.$/,
    },
    LimitExceededException: {
      when: 'a policy that is too long',
      input: (_stage, KeyId) => ({
        KeyId,
        ReplicaRegion: 'eu-west-1',
        Policy: `{"a":"${'b'.repeat(32_768)}"}`,
      }),
    },
  },
  except: {
    PendingReplicaDeletion: 'the key already has that replica',
    Unavailable: 'keys in custom key stores cannot be multi-Region',
  },
});
