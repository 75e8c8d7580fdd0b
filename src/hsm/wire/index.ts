/**
 * hsm/wire: the protocol between an HSM and its clients: command tables, framing and codec, shared
 * by the HSM process and `hsm/client`. It must not hold state or do cryptography. Begin at
 * `commands.ts`.
 */
export { HsmError, type HsmErrorCode } from './errors.ts';
export type {
  EncryptionInput,
  CommandInput,
  CommandName,
  CommandOutput,
  ForRecipient,
} from './commands.ts';
export type { LoginRole, Role } from './roles.ts';
export type { Coverage, HsmInfo, HsmLifecycle, UserInfo } from './info.ts';
export { formAttributes } from './form-attributes.ts';
export type {
  KeyAttributes,
  KeyFilter,
  KeyInfo,
  KeyTemplate,
  UnwrapTemplate,
} from './key-attributes.ts';
export type { BackupSummary, BackupUnlock } from './export.ts';
export {
  MAX_RECOVERY_HOLDERS,
  RECOVERY_SHARE_PURPOSE,
  recoveryRequestText,
  type IssuedRecovery,
  type RecoveryHolder,
  type RecoveryHolderInfo,
  type RecoveryInfo,
  type RecoveryOrder,
} from './recovery.ts';
export {
  MAX_QUORUM_VALUE,
  quorumServices,
  tokenServices,
  type Approval,
  type ApprovalSignature,
  type QuorumService,
  type QuorumToken,
  type QuorumTokenInfo,
  type TokenService,
} from './quorum.ts';
export {
  APPROVAL_RANDOM_BYTES,
  approvalRandom,
  decodeApprovalData,
  encodeApprovalData,
  type Approved,
} from './approval-data.ts';
export { operationText } from './quorum-operation.ts';
export type {
  ControlCommandName,
  ControlInput,
  ControlOutput,
  HsmProvisioning,
  HsmLocation,
  HsmRate,
  HsmStatus,
  OperationClass,
  Peer,
} from './control.ts';
export {
  encodeFrame,
  FrameReader,
  FrameWriter,
  FramingError,
  HIGH_WATER_BYTES,
  MAX_FRAME_BYTES,
  MAX_UNAUTHENTICATED_FRAME_BYTES,
  replyOf,
  requestOf,
  UNAUTHENTICATED_HIGH_WATER_BYTES,
  type ReplyFrame,
  type RequestFrame,
} from './framing.ts';
export { formatFingerprint, parseFingerprint } from './fingerprint.ts';
export { hardwareStatement } from './hardware-proof.ts';
export type { JoinRequest, MemberInfo } from './membership.ts';
export { packValue, unpackValue } from './messagepack.ts';
export {
  encryptionMechanisms,
  keyPairKinds,
  macHashes,
  secretKeyTypes,
  signatureMechanisms,
  signedData,
  wrapMechanisms,
  type EncryptionMechanism,
  type KeyForm,
  type KeyPairKind,
  type NewKeyForm,
  type SecretKeyType,
  type SignatureMechanism,
  type SignedData,
  type WrapMechanism,
} from './mechanisms.ts';
export {
  decodeBackupFile,
  encodeBackupPrefix,
  isUnsignedBackup,
  type BackupFile,
  type BackupHeader,
} from './backup-file.ts';
export {
  AUDIT_FORMAT,
  AUDIT_NONCE,
  auditFields,
  CHECKPOINT,
  checkpointPurpose,
  type AuditEntry,
  type AuditIdentity,
} from './audit-format.ts';
