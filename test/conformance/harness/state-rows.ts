/**
 * Results by operation and key state. Source: the table in "Key states of AWS KMS keys", AWS KMS
 * Developer Guide.
 */
import type { KeyState } from '../../../src/domain/index.ts';

export const states = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingReplicaDeletion',
  'PendingImport',
  'Unavailable',
  'Creating',
  'Updating',
] as const satisfies readonly KeyState[];

/** Error name and message by mark. The message follows the key's ARN. */
export const markTexts: Readonly<Record<string, string>> = {
  ok: 'ok',
  dis: 'DisabledException is disabled.',
  del: 'KMSInvalidStateException is pending deletion.',
  rep: 'KMSInvalidStateException is pending replica deletion.',
  not: 'KMSInvalidStateException is not pending deletion.',
  imp: 'KMSInvalidStateException is pending import.',
  una: 'KMSInvalidStateException is unavailable.',
  cre: 'KMSInvalidStateException is creating.',
  upd: 'KMSInvalidStateException is updating.',
};

const cryptographic = 'ok dis del rep imp una cre ok';
const always = 'ok ok ok ok ok ok ok ok';
const unlessDeleting = 'ok ok del rep ok ok ok ok';
const switching = 'ok ok del rep imp ok cre upd';
const rotationSetting = 'ok dis del rep imp una cre ok';

/** Marks in the order of `states`, by operation, or by operation and target where these differ. */
export const stateRows: Readonly<Record<string, string>> = {
  Encrypt: cryptographic,
  Decrypt: cryptographic,
  ReEncrypt: cryptographic,
  GenerateDataKey: cryptographic,
  GenerateDataKeyWithoutPlaintext: cryptographic,
  GenerateDataKeyPair: cryptographic,
  GenerateDataKeyPairWithoutPlaintext: cryptographic,
  Sign: cryptographic,
  Verify: cryptographic,
  GenerateMac: cryptographic,
  VerifyMac: cryptographic,
  GetPublicKey: cryptographic,
  DeriveSharedSecret: cryptographic,
  Encapsulate: cryptographic,
  Decapsulate: cryptographic,
  CreateGrant: 'ok dis del rep imp ok cre ok',
  ListGrants: always,
  RetireGrant: always,
  RevokeGrant: always,
  DescribeKey: always,
  GetKeyPolicy: always,
  PutKeyPolicy: always,
  ListKeyPolicies: always,
  ListAliases: always,
  ListResourceTags: always,
  GetKeyLastUsage: always,
  CreateAlias: unlessDeleting,
  'UpdateAlias to': unlessDeleting,
  'UpdateAlias from': always,
  DeleteAlias: always,
  TagResource: unlessDeleting,
  UntagResource: unlessDeleting,
  UpdateKeyDescription: unlessDeleting,
  EnableKey: switching,
  DisableKey: switching,
  EnableKeyRotation: rotationSetting,
  DisableKeyRotation: rotationSetting,
  GetKeyRotationStatus: always,
  ListKeyRotations: always,
  RotateKeyOnDemand: 'ok dis del rep imp una cre upd',
  GetParametersForImport: 'ok ok del rep ok una cre upd',
  ImportKeyMaterial: 'ok ok del rep ok una cre ok',
  DeleteImportedKeyMaterial: 'ok ok ok ok ok ok cre upd',
  ScheduleKeyDeletion: 'ok ok del rep ok ok ok upd',
  CancelKeyDeletion: 'not not ok ok not not not not',
  ReplicateKey: 'ok dis del rep imp una cre upd',
  UpdatePrimaryRegion: 'ok dis del rep imp una cre ok',
};
