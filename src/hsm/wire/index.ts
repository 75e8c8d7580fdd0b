/**
 * hsm/wire: what goes over the wire between an HSM and its callers: the command tables and the framing. Types and codec
 * only, shared by the HSM process and `hsm/client`; no state, no cryptography.
 */
export {
  HsmError,
  type AuditRecord,
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
export type {
  ControlCommandName,
  ControlCommands,
  ControlEvent,
  ControlInput,
  ControlOutput,
  HsmBirth,
  HsmStatus,
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
