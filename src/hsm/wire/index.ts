/**
 * hsm/wire: what goes over the wire between an HSM and its callers: the command tables and the framing. Types and codec
 * only, shared by the HSM process and `hsm/client`; no state, no cryptography.
 */
export {
  HsmError,
  type AuditRecord,
  type BackupFacts,
  type Cipher,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type Commands,
  type Coverage,
  type ForRecipient,
  type HsmErrorCode,
  type HsmInfo,
  type HsmLifecycle,
  type KeyAttributes,
  type KeyFilter,
  type KeyInfo,
  type KeyTemplate,
  type LoginRole,
  type Role,
  type UserInfo,
} from './commands.ts';
export {
  LARGEST_QUORUM,
  quorumServices,
  tokenServices,
  type Approval,
  type ApprovalSignature,
  type QuorumService,
  type QuorumToken,
  type QuorumTokenInfo,
  type TokenService,
} from './quorum.ts';
export type {
  ControlCommandName,
  ControlCommands,
  ControlEvent,
  ControlInput,
  ControlOutput,
  HsmBirth,
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
  MAX_FRAME,
  MAX_STRANGER_FRAME,
  type Frame,
  type ReplyFrame,
  type RequestFrame,
} from './framing.ts';
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
  type MacHash,
  type NewKeyForm,
  type SecretKeyType,
  type SignatureMechanism,
  type SignedData,
  type WrapMechanism,
} from './mechanisms.ts';
export {
  decodeBackupFile,
  encodeBackupPrefix,
  type BackedUpKey,
  type BackupFile,
  type BackupHeader,
  type BackupProtection,
} from './backup-file.ts';
export { AUDIT_FORMAT, auditFields, CHECKPOINT, checkpointPurpose, type AuditIdentity } from './audit-format.ts';
