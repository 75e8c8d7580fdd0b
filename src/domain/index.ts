/**
 * domain: the nouns of KMS and CloudHSM as plain data, and the pure rules over them: ARNs, key states, errors,
 * ciphertext envelopes, encryption contexts. No I/O, no clock, no HTTP. Begin at `records.ts`.
 */
export type {
  AliasRecord,
  BackupReason,
  BackupRecord,
  BackupState,
  ClusterRecord,
  ClusterState,
  CountRecord,
  HsmRecord,
  HsmState,
  KeyEventRecord,
  KeyRecord,
  KeyStoreRecord,
  KeyUseRecord,
  ConnectionState,
  ConnectionErrorCode,
  MaterialRecord,
  MaterialState,
  Origin,
  SettingRecord,
  Tag,
} from './records.ts';
export type {
  AccessKeyRecord,
  AccessKeyUseRecord,
  AccountRecord,
  GroupRecord,
  IamEntity,
  ManagedPolicyRecord,
  MembershipRecord,
  OidcProviderRecord,
  PolicyHolder,
  PolicyVersion,
  RoleRecord,
  UserRecord,
} from './identity-records.ts';
export { KmsError, isKmsError, errors, type ErrorName } from './errors.ts';
export type { Principal, PrincipalSession } from './principal.ts';
export {
  assumedRoleArn,
  iamArn,
  oidcProviderArn,
  parseIamArn,
  type IamKind,
  type ParsedIamArn,
} from './iam-arn.ts';
export {
  accountRootArn,
  aliasArn,
  backupArn,
  clusterArn,
  keyArn,
  parseBackupArn,
  parseKmsArn,
  partitionOf,
  type KmsArn,
  type Scope,
} from './arn.ts';
export {
  keyState,
  keyStateRules,
  stateVerdict,
  type KeyState,
  type KeyStateRule,
  type StateVerdict,
} from './key-state.ts';
export { kindRefusal, type KeyKindRule, type KindRefusal } from './key-kind.ts';
export { MAX_CONTEXT_BYTES, serializeContext } from './encryption-context.ts';
export { bindingOf, openEnvelope, sealEnvelope, type Envelope } from './envelope.ts';
export {
  encapsulationAlgorithms,
  encryptionAlgorithms,
  hashLengths,
  keyAgreementAlgorithms,
  keyUsages,
  macAlgorithms,
  messageTypes,
  signingAlgorithms,
  type Algorithm,
  type AlgorithmsByUsage,
  type EncapsulationAlgorithm,
  type EncryptionAlgorithm,
  type Hash,
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
  type GrantRecord,
} from './grant.ts';
export {
  algorithmsOf,
  keySpecFacts,
  keySpecs,
  maxPlaintext,
  type DataKeyPairSpec,
  type KeySpec,
  type MaterialType,
  type PairKind,
} from './key-spec.ts';
