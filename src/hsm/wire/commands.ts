/**
 * All commands of an HSM, in one table: name, input, output. Terms are those of PKCS#11 and
 * cloudhsm-cli. Bytes are MessagePack bin. Handles are 16 lower-case hex digits.
 */
import type { AuditEntry, AuditIdentity } from './audit-format.ts';
import type { BackupSummary, BackupUnlock } from './export.ts';
import type { Coverage, HsmInfo, UserInfo } from './info.ts';
import type { KeyFilter, KeyInfo, KeyTemplate } from './key-attributes.ts';
import type {
  EncryptionMechanism,
  KeyForm,
  KeyPairKind,
  MacHash,
  NewKeyForm,
  SecretKeyType,
  SignatureMechanism,
  SignedData,
  WrapMechanism,
} from './mechanisms.ts';
import type {
  Approval,
  QuorumService,
  QuorumToken,
  QuorumTokenInfo,
  TokenService,
} from './quorum.ts';
import type { JoinRequest, MemberInfo } from './membership.ts';
import type { IssuedRecovery, RecoveryInfo, RecoveryOrder } from './recovery.ts';
import type { LoginRole } from './roles.ts';

interface Exchange<In, Out> {
  readonly in: In;
  readonly out: Out;
}
type Empty = Readonly<Record<string, never>>;

/** How to encrypt. `mechanism` is for keys of a pair, with an empty `aad`. */
export interface EncryptionInput {
  readonly key: string;
  readonly aad: Uint8Array;
  readonly mechanism?: EncryptionMechanism;
}

/**
 * Input of commands that return a secret. If `recipient` (SubjectPublicKeyInfo of an RSA key) is
 * given, the secret is returned as CMS EnvelopedData that only the recipient can open.
 */
export interface ForRecipient {
  readonly recipient?: Uint8Array;
}

interface SignatureInput {
  readonly key: string;
  readonly mechanism: SignatureMechanism;
  readonly form: SignedData;
  readonly data: Uint8Array;
}

interface MacInput {
  readonly key: string;
  readonly hash: MacHash;
  readonly message: Uint8Array;
}

/**
 * Required if the cluster puts the command under a quorum. Fails with `quorum-required` without an
 * approval, and with `quorum-failed` if the approval is not valid.
 */
interface WithApproval {
  readonly approval?: Approval;
}

/** Result of a command that ends or allows sessions. */
interface Revocation {
  /** Number of sessions that the user had on the HSMs that could be reached. */
  readonly sessions: number;
  /** HSMs on which the command has taken effect. */
  readonly coverage: Coverage;
}

/**
 * Token of a restore permit (AuthorizeRestore of Keyhold's API). Needed at an uninitialized HSM.
 */
interface WithPermit {
  readonly permit?: Uint8Array;
}

export interface Commands {
  /** The first command on every connection. Negotiates the protocol version. */
  hello: Exchange<
    { readonly versions: readonly number[]; readonly client: string },
    { readonly version: number; readonly info: HsmInfo }
  >;
  info: Exchange<Empty, HsmInfo>;
  /**
   * Proves which hardware is at the other end of this connection: `hardwareCertificate` is the
   * manufacturer's certificate (PEM) of the hardware key, if there is one, and `proof` a signature
   * of that key over `hardwareStatement`.
   */
  describeHardware: Exchange<
    Empty,
    { readonly hardwareCertificate?: string; readonly proof: Uint8Array }
  >;
  /**
   * Opens a session, which lasts as long as the connection. `exclusive`: fails with
   * `user-logged-in` if the user has a session anywhere in the cluster. Checks run in this order:
   * user-not-found, user-disabled, user-locked, user-logged-in, login-failed. Five wrong passwords
   * from addresses that logged in as the user before lock the user on all HSMs. Wrong passwords
   * from other addresses delay those addresses only (also `user-locked`).
   */
  login: Exchange<
    {
      readonly username: string;
      readonly role: LoginRole;
      readonly password: string;
      readonly exclusive?: boolean;
    },
    { readonly session: string }
  >;
  logout: Exchange<Empty, Empty>;
  /**
   * Sets the first admin's password. Only while the cluster is `initialized`. With `recovery`,
   * makes the recovery key and returns its encrypted shares, once. `guarded` requires `recovery`:
   * all backups of the cluster then open only with that key.
   */
  activate: Exchange<
    { readonly password: string; readonly recovery?: RecoveryOrder; readonly guarded?: boolean },
    { readonly recovery?: IssuedRecovery }
  >;
  /** For admin and auditor. Lists the HSMs of the cluster, and those that wait for admission. */
  listMembers: Exchange<
    Empty,
    {
      /** True if admins admit each HSM. */
      readonly guarded: boolean;
      readonly members: readonly MemberInfo[];
      readonly waiting: readonly JoinRequest[];
    }
  >;
  /**
   * For admins of a guarded cluster. Admits the waiting HSM if it has the hardware key with this
   * fingerprint (64 hex digits). Needs a token of service `user`, with as many approvals as the
   * largest quorum value of all services, because the HSM gets all keys.
   */
  admitHsm: Exchange<
    { readonly hsmId: string; readonly fingerprint: string } & WithApproval,
    Empty
  >;
  /**
   * For admins. Removes an HSM permanently: a member, whose links to the others are closed, or one
   * that waits for admission. Cannot be sent to the HSM itself. Needs the same approvals as
   * `admitHsm`.
   */
  removeHsm: Exchange<{ readonly hsmId: string } & WithApproval, Empty>;
  listUsers: Exchange<Empty, { readonly users: readonly UserInfo[] }>;
  /** Creating an admin needs as many approvals as the largest quorum value of all services. */
  createUser: Exchange<
    {
      readonly username: string;
      readonly role: LoginRole;
      readonly password: string;
    } & WithApproval,
    Empty
  >;
  /**
   * Deletes a user who is not logged in. Deleting an admin needs as many approvals as creating one.
   */
  deleteUser: Exchange<
    { readonly username: string; readonly role: LoginRole } & WithApproval,
    Empty
  >;
  /**
   * Changes the caller's own password, or (admin) that of any user who is not logged in. Unlocks
   * the user. The password of another admin needs as many approvals as the largest quorum value.
   */
  changePassword: Exchange<
    {
      readonly username: string;
      readonly role: LoginRole;
      readonly password: string;
    } & WithApproval,
    Empty
  >;
  /**
   * Ends the user's sessions on all HSMs. An HSM that can't be reached ends them when it is linked
   * again. The user can log in again.
   */
  logoutUser: Exchange<{ readonly username: string } & WithApproval, Revocation>;
  /** The same, and the user can't log in, nor approve, until `enableUser`. */
  disableUser: Exchange<{ readonly username: string } & WithApproval, Revocation>;
  enableUser: Exchange<{ readonly username: string } & WithApproval, Revocation>;

  listQuorumValues: Exchange<Empty, { readonly values: Readonly<Record<QuorumService, number>> }>;
  /**
   * Sets a value from 1 (no quorum) to 8, at most the number of approvers with a registered key.
   * Needs a token of service `quorum`, with as many approvals as the greater of two values: that of
   * the `quorum` service and the current one of `service`.
   */
  setQuorumValue: Exchange<
    { readonly service: QuorumService; readonly value: number } & WithApproval,
    Empty
  >;
  /**
   * Registers a key of the caller: the PEM of an RSA-2048 or EC P-256 public key, and its signature
   * of a token of service `registration`. Makes the caller an approver, so it needs as many
   * approvals of service `user` as the largest value of the services that the caller may approve.
   */
  registerQuorumKey: Exchange<
    {
      readonly publicKey: string;
      readonly approvalData: Uint8Array;
      readonly signature: Uint8Array;
    } & WithApproval,
    Empty
  >;
  /**
   * Needs as many approvals as the registration of the user's key, or the value of `user` if
   * greater.
   */
  removeQuorumKey: Exchange<{ readonly username: string } & WithApproval, Empty>;
  /**
   * Creates a token for the caller. Replaces the caller's previous token for the service. The token
   * is valid for 600 s, once, for the caller only, until this HSM restarts. Other HSMs of the
   * cluster accept it while they can reach this one, which spends it. `key-deletion` requires the
   * key to be destroyed. `operation` is the SHA-256 of `operationText`. The token is then for that
   * operation with these arguments only. Guarded clusters require it, except for `key-deletion`.
   */
  generateQuorumToken: Exchange<
    {
      readonly service: TokenService;
      readonly keyHandle?: string;
      readonly operation?: Uint8Array;
    },
    QuorumToken
  >;
  listQuorumTokens: Exchange<Empty, { readonly tokens: readonly QuorumTokenInfo[] }>;
  /** Deletes the caller's own tokens, or (admin) all tokens. */
  deleteQuorumTokens: Exchange<{ readonly scope: 'user' | 'all' }, { readonly deleted: number }>;

  /**
   * Generates a secret key of `length` bytes: 16, 24 or 32 for AES, 1 to 800 for generic secrets. A
   * token key is acknowledged once it is on `minimumCopies` HSMs (default 2). Otherwise the command
   * fails with `insufficient-copies` and there is no key.
   */
  generateKey: Exchange<
    {
      readonly keyType: SecretKeyType;
      readonly length: number;
      readonly template: KeyTemplate;
      readonly minimumCopies?: number;
    },
    KeyInfo
  >;
  /** Generates both keys of a pair, or neither. */
  generateKeyPair: Exchange<
    {
      readonly kind: KeyPairKind;
      readonly publicTemplate: KeyTemplate;
      readonly privateTemplate: KeyTemplate;
      readonly minimumCopies?: number;
    },
    { readonly publicKey: KeyInfo; readonly privateKey: KeyInfo }
  >;
  /** Returns SubjectPublicKeyInfo in DER, of a public key or the public half of a private key. */
  exportPublicKey: Exchange<{ readonly key: string }, { readonly publicKey: Uint8Array }>;
  /** Returns keys in handle order. `after` is the last handle of the previous page. */
  findKeys: Exchange<
    { readonly filter: KeyFilter; readonly after?: string; readonly limit: number },
    { readonly keys: readonly KeyInfo[]; readonly total: number }
  >;
  /** Only an admin can set `trusted`. Only the owner can set other attributes. */
  setAttribute: Exchange<
    { readonly handle: string; readonly name: string; readonly value: string | boolean },
    Empty
  >;
  destroyKey: Exchange<{ readonly handle: string } & WithApproval, Empty>;
  /**
   * Lets another crypto user use a token key of the caller. That user cannot wrap, change, share or
   * destroy the key. Sharing with the same user again, or unsharing with a user who has no access,
   * is not an error.
   */
  shareKey: Exchange<{ readonly handle: string; readonly username: string }, Empty>;
  unshareKey: Exchange<{ readonly handle: string; readonly username: string }, Empty>;

  /**
   * Encrypts. With an AES key: AES-256-GCM under a key derived per message (SP 800-108 counter
   * KDF). The HSM generates nonce and IV, and puts them before the ciphertext. With a key of a pair
   * and `mechanism`: to the public key, without `aad`. Here and below, a command that needs a
   * public key also takes a private key with the inverse attribute: a user who may decrypt may
   * encrypt.
   */
  encrypt: Exchange<
    EncryptionInput & { readonly plaintext: Uint8Array },
    { readonly ciphertext: Uint8Array }
  >;
  /** Decrypts. Fails with `ciphertext-invalid` for any mismatch. */
  decrypt: Exchange<
    EncryptionInput & ForRecipient & { readonly ciphertext: Uint8Array },
    { readonly plaintext: Uint8Array }
  >;
  /** Decrypts and encrypts again. The plaintext does not leave the HSM. */
  reencrypt: Exchange<
    {
      readonly from: EncryptionInput & { readonly ciphertext: Uint8Array };
      readonly to: EncryptionInput;
    },
    { readonly ciphertext: Uint8Array }
  >;
  /** Generates random bytes and encrypts them. Returns the bytes only if `reveal`. */
  encryptRandom: Exchange<
    {
      readonly key: string;
      readonly length: number;
      readonly aad: Uint8Array;
      readonly reveal: boolean;
    } & ForRecipient,
    { readonly plaintext?: Uint8Array; readonly ciphertext: Uint8Array }
  >;
  /**
   * Generates a key pair for use outside the HSM. Returns the public key, the encrypted private key
   * and, only if `reveal`, the private key itself.
   */
  encryptRandomPair: Exchange<
    {
      readonly key: string;
      readonly kind: KeyPairKind;
      readonly aad: Uint8Array;
      readonly reveal: boolean;
    } & ForRecipient,
    {
      readonly publicKey: Uint8Array;
      readonly privateKey?: Uint8Array;
      readonly ciphertext: Uint8Array;
    }
  >;
  sign: Exchange<SignatureInput, { readonly signature: Uint8Array }>;
  verify: Exchange<
    SignatureInput & { readonly signature: Uint8Array },
    { readonly valid: boolean }
  >;
  /** Computes an HMAC with a generic secret. */
  mac: Exchange<MacInput, { readonly mac: Uint8Array }>;
  verifyMac: Exchange<MacInput & { readonly mac: Uint8Array }, { readonly valid: boolean }>;
  /**
   * Computes an ECDH shared secret with another party's SubjectPublicKeyInfo: the shared point's
   * x-coordinate. Fails with `key-invalid` if that key is not on the same curve.
   */
  deriveSecret: Exchange<
    { readonly key: string; readonly publicKey: Uint8Array } & ForRecipient,
    { readonly secret: Uint8Array }
  >;
  /** ML-KEM. */
  encapsulate: Exchange<
    { readonly key: string },
    { readonly secret: Uint8Array; readonly ciphertext: Uint8Array }
  >;
  decapsulate: Exchange<
    { readonly key: string; readonly ciphertext: Uint8Array },
    { readonly secret: Uint8Array }
  >;
  /** Wraps a key. The default mechanism is AES key wrap with padding (RFC 5649). */
  wrapKey: Exchange<
    { readonly key: string; readonly wrappingKey: string; readonly mechanism?: WrapMechanism },
    { readonly wrapped: Uint8Array }
  >;
  /**
   * Unwraps a key, with the same default mechanism. The default form is an AES key. Fails with
   * `key-invalid` for a key of another form, and with `template-inconsistent` if the template
   * contradicts the unwrap template of the wrapping key or, for a key token (`aes-gcm-bound`), the
   * attributes in the token. Regardless of the template, a key that was wrapped under a trusted key
   * can be wrapped only under a trusted key, and a key from a token not at all. A session key ends
   * with its session. An HSM may drop the least recently used session keys (`key-not-found`).
   */
  unwrapKey: Exchange<
    {
      readonly wrappingKey: string;
      readonly wrapped: Uint8Array;
      readonly template: KeyTemplate;
      readonly mechanism?: WrapMechanism;
      readonly form?: KeyForm;
      /** Additional data that an `aes-gcm-bound` key is bound to, besides its form. */
      readonly binding?: Uint8Array;
    },
    KeyInfo
  >;
  /**
   * Imports another party's public key (SubjectPublicKeyInfo, DER). Fails with `key-invalid` if it
   * is not of this kind.
   */
  importPublicKey: Exchange<
    { readonly kind: KeyPairKind; readonly publicKey: Uint8Array; readonly template: KeyTemplate },
    KeyInfo
  >;
  /**
   * Generates a key that the HSM does not keep. Returns it as a key token: wrapped by
   * `aes-gcm-bound` under a trusted key, and bound to `binding` and its attributes. From then on
   * nobody can change the attributes. Also returns the public key of a pair.
   */
  generateWrappedKey: Exchange<
    {
      readonly wrappingKey: string;
      readonly form: NewKeyForm;
      /** Default: a key that allows nothing. */
      readonly template?: KeyTemplate;
      readonly binding: Uint8Array;
    },
    { readonly wrapped: Uint8Array; readonly publicKey?: Uint8Array }
  >;
  /**
   * Unwraps a key and wraps it again as a key token, under a trusted key. The HSM does not keep it.
   * Its attributes are the unwrap template of `fromKey` and `template`. A bound key cannot be
   * rewrapped. `fingerprint` is the SHA-256 of `prefix` and the plaintext key. It identifies the
   * key without revealing it, and the result is bound to it.
   */
  rewrapKey: Exchange<
    {
      readonly fromKey: string;
      readonly mechanism: WrapMechanism;
      readonly wrapped: Uint8Array;
      readonly form: KeyForm;
      readonly template?: KeyTemplate;
      readonly toKey: string;
      readonly prefix: Uint8Array;
    },
    {
      readonly wrapped: Uint8Array;
      readonly length: number;
      readonly fingerprint: Uint8Array;
      readonly publicKey?: Uint8Array;
    }
  >;
  random: Exchange<{ readonly length: number } & ForRecipient, { readonly bytes: Uint8Array }>;
  /** For admin and auditor. */
  readAudit: Exchange<
    { readonly from: number; readonly limit: number },
    { readonly records: readonly AuditEntry[]; readonly total: number }
  >;
  /**
   * For admin and auditor. Signs all entries so far, and returns the identity behind the signature.
   * A nonce of 16 to 64 letters, digits, `-` and `_` is recorded first. The log
   * then shows the verifier that chose it that no earlier entry is missing.
   */
  checkpointAudit: Exchange<{ readonly nonce?: string }, { readonly identity: AuditIdentity }>;
  /**
   * For admin and auditor. Management commands are always recorded. Each use of a key is recorded
   * only if `cryptography`.
   */
  getAuditPolicy: Exchange<Empty, { readonly cryptography: boolean }>;
  /** For admins. Applies to the whole cluster. */
  setAuditPolicy: Exchange<{ readonly cryptography: boolean }, Empty>;

  /**
   * For admins. Creates a backup of the whole cluster, with users and keys, that opens only with
   * the cluster's recovery key, and if `passphrase` is given (at least 12 characters), only with
   * both. Fails with `wrong-lifecycle` if the cluster has no recovery holders. `size` is in bytes.
   * The same session reads the backup in pieces. `backup-file.ts` describes the format.
   */
  exportBackup: Exchange<
    { readonly passphrase?: string } & WithApproval,
    { readonly size: number }
  >;
  /** Returns the piece at `offset`, as long as a frame allows. Empty at the end. */
  readBackup: Exchange<{ readonly offset: number }, { readonly bytes: Uint8Array }>;
  /**
   * Uploads a backup in pieces, to check or restore it. `offset` 0 starts an upload. Each further
   * piece starts at the end of the previous one. For admins, and while the HSM is uninitialized for
   * the holder of a restore permit. A piece then has at most 12 KiB, because it must fit in a frame
   * of an unauthenticated client.
   */
  writeBackup: Exchange<
    { readonly offset: number; readonly bytes: Uint8Array } & WithPermit,
    Empty
  >;
  /**
   * For admins. Opens the uploaded backup, which proves that it is intact, and describes it.
   * Changes nothing. Without `shares`, with the recovery key that this HSM holds.
   */
  checkBackup: Exchange<BackupUnlock, BackupSummary>;
  /**
   * For the holder of a restore permit, at an uninitialized HSM (`describeHardware` proves which).
   * Restores the uploaded backup, which may also be one that the control plane has uploaded. Makes
   * the HSM an active member of the backup's cluster, with its users, keys and certificate. Crypto
   * users have no password until an admin sets one (`password-voided`). Changes nothing if the
   * backup is damaged, is not signed by an HSM of this manufacturer or of one in the permit, or is
   * from an HSM in the other mode (FIPS or not). If the backup puts `restore` under a quorum, its
   * users must approve: they sign the token of `generateRestoreToken`.
   */
  restoreBackup: Exchange<BackupUnlock & WithPermit & WithApproval, Empty>;
  /**
   * For the holder of a restore permit, at an uninitialized HSM. Creates the token for restoring a
   * backup. Valid for 600 s, once, and replaced by the next one.
   */
  generateRestoreToken: Exchange<WithPermit, QuorumToken>;

  /** For admin and auditor. */
  describeRecovery: Exchange<
    Empty,
    { readonly guarded: boolean; readonly recovery?: RecoveryInfo }
  >;
  /**
   * For admins. Makes another recovery key for these holders and returns its encrypted shares,
   * once. Later backups open only with it, earlier ones only with the earlier shares. `signature`
   * is by the customer's CA (the trust anchor), SHA-256 with RSASSA-PKCS1-v1_5 or ECDSA in DER,
   * over `recoveryRequestText`. Needs a token of service `quorum`, with as many approvals as the
   * greatest value of `quorum`, `user` and `backup`.
   */
  reissueRecovery: Exchange<
    RecoveryOrder & { readonly signature: Uint8Array } & WithApproval,
    IssuedRecovery
  >;
}

export type CommandName = keyof Commands;
export type CommandInput<C extends CommandName> = Commands[C]['in'];
export type CommandOutput<C extends CommandName> = Commands[C]['out'];
