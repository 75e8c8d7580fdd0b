/**
 * The operations of the authorisation matrix: one of each kind on a key, with inputs that change
 * little.
 */
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateGrantCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListGrantsCommand,
  ListKeyPoliciesCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { user } from './principals.ts';

export interface Subject {
  readonly arn: string;
  readonly policy: string;
  /** Ciphertext under the key. */
  readonly blob: Uint8Array;
  /** Existing alias. */
  readonly alias: string;
  /** Token of a grant that always exists. */
  readonly grantToken: string;
}
type Attempt = (kms: KMSClient, subject: Subject) => Promise<unknown>;

const KeyIdOf = ({ arn }: Subject): { KeyId: string } => ({ KeyId: arn });
const Plaintext = Buffer.from('x');
const DryRun = true;

export const attempts: Readonly<Record<string, Attempt>> = {
  Encrypt: (kms, key) => kms.send(new EncryptCommand({ ...KeyIdOf(key), Plaintext })),
  Decrypt: (kms, { blob }) => kms.send(new DecryptCommand({ CiphertextBlob: blob })),
  ReEncrypt: (kms, { arn, blob }) =>
    kms.send(new ReEncryptCommand({ CiphertextBlob: blob, DestinationKeyId: arn })),
  GenerateDataKey: (kms, key) =>
    kms.send(new GenerateDataKeyCommand({ ...KeyIdOf(key), KeySpec: 'AES_256' })),
  DescribeKey: (kms, key) => kms.send(new DescribeKeyCommand(KeyIdOf(key))),
  GetKeyRotationStatus: (kms, key) => kms.send(new GetKeyRotationStatusCommand(KeyIdOf(key))),
  GetKeyPolicy: (kms, key) => kms.send(new GetKeyPolicyCommand(KeyIdOf(key))),
  PutKeyPolicy: (kms, key) =>
    kms.send(
      new PutKeyPolicyCommand({
        ...KeyIdOf(key),
        Policy: key.policy,
        BypassPolicyLockoutSafetyCheck: true,
      }),
    ),
  ListKeyPolicies: (kms, key) => kms.send(new ListKeyPoliciesCommand(KeyIdOf(key))),
  UpdateKeyDescription: (kms, key) =>
    kms.send(new UpdateKeyDescriptionCommand({ ...KeyIdOf(key), Description: '' })),
  TagResource: (kms, key) =>
    kms.send(new TagResourceCommand({ ...KeyIdOf(key), Tags: [{ TagKey: 'a', TagValue: 'b' }] })),
  UntagResource: (kms, key) =>
    kms.send(new UntagResourceCommand({ ...KeyIdOf(key), TagKeys: ['a'] })),
  ListResourceTags: (kms, key) => kms.send(new ListResourceTagsCommand(KeyIdOf(key))),
  CreateAlias: (kms, { arn, alias }) =>
    kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: arn })),
  EnableKey: (kms, key) => kms.send(new EnableKeyCommand(KeyIdOf(key))),
  DisableKey: (kms, key) => kms.send(new DisableKeyCommand(KeyIdOf(key))),
  ScheduleKeyDeletion: (kms, key) => kms.send(new ScheduleKeyDeletionCommand(KeyIdOf(key))),
  CancelKeyDeletion: (kms, key) => kms.send(new CancelKeyDeletionCommand(KeyIdOf(key))),
  CreateGrant: (kms, key) =>
    kms.send(
      new CreateGrantCommand({
        ...KeyIdOf(key),
        GranteePrincipal: user('named'),
        Operations: ['Decrypt'],
        DryRun,
      }),
    ),
  ListGrants: (kms, key) => kms.send(new ListGrantsCommand(KeyIdOf(key))),
  RevokeGrant: (kms, key) =>
    kms.send(new RevokeGrantCommand({ ...KeyIdOf(key), GrantId: '0'.repeat(64) })),
  RetireGrant: (kms, { grantToken }) =>
    kms.send(new RetireGrantCommand({ GrantToken: grantToken, DryRun })),
};

/** Operations that can change the state of the key. */
export const stateful: ReadonlySet<string> = new Set([
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
]);
