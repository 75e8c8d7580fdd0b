/**
 * domain: the nouns of KMS and CloudHSM as plain data, and the pure rules about them: ARNs, key
 * states, errors, ciphertext blobs, encryption contexts. No I/O, no clock, no HTTP. Begin at
 * `key-rows.ts`.
 */
export type {
  AliasRow,
  CountRow,
  KeyEventRow,
  KeyRef,
  KeyRow,
  KeyUseRow,
  MaterialRow,
} from './key-rows.ts';
export type { BackupReason, BackupRow, ClusterRow, ClusterState, HsmRow } from './cluster-rows.ts';
export type { KeyStoreRow, ConnectionState, ConnectionErrorCode } from './key-store-row.ts';
export type { SettingRow } from './setting-row.ts';
export type { Tag } from './tag.ts';
export type {
  AccessKeyRow,
  AccessKeyUseRow,
  AccountRow,
  GroupRow,
  ManagedPolicyRow,
  MembershipRow,
  OidcProviderRow,
  PolicyHolder,
  PolicyVersion,
  RoleRow,
  UserRow,
} from './identity-rows.ts';
export { KmsError, isKmsError, errors, type ErrorName } from './errors.ts';
export type { Principal, PrincipalSession } from './principal.ts';
export { assumedRoleArn, iamArn, oidcProviderArn, parseIamArn, type IamKind } from './iam-arn.ts';
export {
  accountRootArn,
  aliasArn,
  backupArn,
  clusterArn,
  keyArn,
  parseBackupArn,
  parseKmsArn,
  partitionOf,
  type Scope,
} from './arn.ts';
export { keyState, stateVerdict, type KeyState, type KeyStateRule } from './key-state.ts';
export { kindMismatch, type KeyKindRule } from './key-kind.ts';
export { MAX_CONTEXT_BYTES, serializeContext } from './encryption-context.ts';
export { bindingOf, decodeCiphertextBlob, encodeCiphertextBlob } from './ciphertext-blob.ts';
export {
  encapsulationAlgorithms,
  encryptionAlgorithms,
  keyAgreementAlgorithms,
  keyUsages,
  macAlgorithms,
  messageTypes,
  signingAlgorithms,
  type AlgorithmsByUsage,
  type EncapsulationAlgorithm,
  type EncryptionAlgorithm,
  type KeyAgreementAlgorithm,
  type KeyUsage,
  type MacAlgorithm,
  type MessageType,
  type SigningAlgorithm,
} from './algorithms.ts';
export {
  constraintsMet,
  grantableOperations,
  isBoundByConstraints,
  isNoWider,
  normalPairs,
  type GrantConstraints,
  type GrantRow,
} from './grant.ts';
export {
  algorithmsOf,
  keySpecProperties,
  keySpecs,
  maxPlaintext,
  type DataKeyPairSpec,
  type KeySpec,
  type MaterialType,
  type PairKind,
} from './key-spec.ts';
