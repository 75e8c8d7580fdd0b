/**
 * All that an HSM may be told, in one closed table: command name → what goes in and what comes back. Terms are those of
 * PKCS#11 and cloudhsm-cli. Bytes travel as MessagePack bin; handles as 16 lower-case hex digits.
 */
import type { AuditEntry, AuditIdentity } from './audit-format.ts';
import type { BackupSummary, ExportProtection, ExportSecret, ExportShare } from './export.ts';
import type { HsmInfo, UserInfo } from './info.ts';
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
import type { LoginRole } from './roles.ts';

interface Exchange<In, Out> {
  readonly in: In;
  readonly out: Out;
}
type Empty = Readonly<Record<string, never>>;

/** How something is encrypted: with which key and, for a key of a pair, how. `aad` is then empty. */
export interface EncryptionInput {
  readonly key: string;
  readonly aad: Uint8Array;
  readonly mechanism?: EncryptionMechanism;
}

/**
 * A command that gives out a secret gives it, if `recipient` (SubjectPublicKeyInfo of an RSA key) is there, as CMS
 * EnvelopedData that only the recipient can open.
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

/** Needed if the cluster puts the command under a quorum: else `quorum-required`, or `quorum-failed` if it is not good. */
interface WithApproval {
  readonly approval?: Approval;
}

export interface Commands {
  /** First on every connection: agrees on the protocol version. */
  hello: Exchange<
    { readonly versions: readonly number[]; readonly client: string },
    { readonly version: number; readonly info: HsmInfo }
  >;
  info: Exchange<Empty, HsmInfo>;
  /**
   * Opens a session for the connection's life. `exclusive`: refuse (`user-logged-in`) if the user has a session
   * anywhere in the cluster. Checked in this order: user-not-found, user-locked, user-logged-in, login-failed.
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
  /** Sets the first admin's password; only while the cluster is initialized and not active. */
  activate: Exchange<{ readonly password: string }, Empty>;
  listUsers: Exchange<Empty, { readonly users: readonly UserInfo[] }>;
  createUser: Exchange<
    {
      readonly username: string;
      readonly role: LoginRole;
      readonly password: string;
    } & WithApproval,
    Empty
  >;
  deleteUser: Exchange<
    { readonly username: string; readonly role: LoginRole } & WithApproval,
    Empty
  >;
  /** One's own, or (admin) anyone's who is not logged in; unlocks. */
  changePassword: Exchange<
    {
      readonly username: string;
      readonly role: LoginRole;
      readonly password: string;
    } & WithApproval,
    Empty
  >;

  listQuorumValues: Exchange<Empty, { readonly values: Readonly<Record<QuorumService, number>> }>;
  /**
   * From 1 (off) to 8, and no more than there are approvers with a registered key. Takes as many approvals, by a token of
   * service `quorum`, as the greater of the `quorum` service's value and the present value of the one that is set.
   */
  setQuorumValue: Exchange<
    { readonly service: QuorumService; readonly value: number } & WithApproval,
    Empty
  >;
  /** One's own: the PEM of an RSA-2048 or EC P-256 public key, and the signature by it of a token of service `registration`. */
  registerQuorumKey: Exchange<
    {
      readonly publicKey: string;
      readonly approvalData: Uint8Array;
      readonly signature: Uint8Array;
    },
    Empty
  >;
  removeQuorumKey: Exchange<{ readonly username: string } & WithApproval, Empty>;
  /**
   * A token for the caller, instead of the one he may have for the service. It is good for 600 s, once, for him alone, at
   * any HSM of the cluster. `key-deletion` needs the key that is to be destroyed.
   */
  generateQuorumToken: Exchange<
    { readonly service: TokenService; readonly keyHandle?: string },
    QuorumToken
  >;
  listQuorumTokens: Exchange<Empty, { readonly tokens: readonly QuorumTokenInfo[] }>;
  /** One's own, or (admin) all. */
  deleteQuorumTokens: Exchange<{ readonly scope: 'user' | 'all' }, { readonly deleted: number }>;

  /**
   * `length` in bytes: 16, 24 or 32 for AES, 1 to 800 for generic secrets. A token key is acknowledged when it is on
   * `minimumCopies` HSMs (default 2), else `insufficient-copies` and no key.
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
  /** Both keys of a pair, or neither. */
  generateKeyPair: Exchange<
    {
      readonly kind: KeyPairKind;
      readonly publicTemplate: KeyTemplate;
      readonly privateTemplate: KeyTemplate;
      readonly minimumCopies?: number;
    },
    { readonly publicKey: KeyInfo; readonly privateKey: KeyInfo }
  >;
  /** SubjectPublicKeyInfo in DER, of a public key or of a private key's public half. */
  exportPublicKey: Exchange<{ readonly key: string }, { readonly publicKey: Uint8Array }>;
  /** In handle order. `after` is the last handle of the page before. */
  findKeys: Exchange<
    { readonly filter: KeyFilter; readonly after?: string; readonly limit: number },
    { readonly keys: readonly KeyInfo[]; readonly total: number }
  >;
  /** `trusted` needs an admin; all else the owner. */
  setAttribute: Exchange<
    { readonly handle: string; readonly name: string; readonly value: string | boolean },
    Empty
  >;
  destroyKey: Exchange<{ readonly handle: string } & WithApproval, Empty>;
  /**
   * Lets another crypto user use one's token key; he can't wrap it out, change, share or destroy it. A user who is there
   * already, or one who was not, is no error.
   */
  shareKey: Exchange<{ readonly handle: string; readonly username: string }, Empty>;
  unshareKey: Exchange<{ readonly handle: string; readonly username: string }, Empty>;

  /**
   * With an AES key: AES-256-GCM under a key derived per message (SP 800-108 counter KDF); nonce and IV are made in the HSM
   * and lead the ciphertext. With a key of a pair and its `mechanism`: to the public key, without `aad`. Here and below,
   * what needs a public key takes a private one, too, that may do the opposite: whoever may decrypt may encrypt.
   */
  encrypt: Exchange<
    EncryptionInput & { readonly plaintext: Uint8Array },
    { readonly ciphertext: Uint8Array }
  >;
  /** Any mismatch at all: `ciphertext-invalid`. */
  decrypt: Exchange<
    EncryptionInput & ForRecipient & { readonly ciphertext: Uint8Array },
    { readonly plaintext: Uint8Array }
  >;
  /** Decrypts and encrypts again without the plaintext leaving the HSM. */
  reencrypt: Exchange<
    {
      readonly from: EncryptionInput & { readonly ciphertext: Uint8Array };
      readonly to: EncryptionInput;
    },
    { readonly ciphertext: Uint8Array }
  >;
  /** Random bytes and their ciphertext; the bytes are left out of the answer unless `reveal`. */
  encryptRandom: Exchange<
    {
      readonly key: string;
      readonly length: number;
      readonly aad: Uint8Array;
      readonly reveal: boolean;
    } & ForRecipient,
    { readonly plaintext?: Uint8Array; readonly ciphertext: Uint8Array }
  >;
  /** A key pair for use elsewhere: its public key, the private key's ciphertext, and in clear only if `reveal`. */
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
  /** HMAC with a generic secret. */
  mac: Exchange<MacInput, { readonly mac: Uint8Array }>;
  verifyMac: Exchange<MacInput & { readonly mac: Uint8Array }, { readonly valid: boolean }>;
  /** ECDH with someone's SubjectPublicKeyInfo: the shared point's x-coordinate. Not a key on the same curve: `key-invalid`. */
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
  /** By AES key wrap with padding (RFC 5649) if nothing else is said. */
  wrapKey: Exchange<
    { readonly key: string; readonly wrappingKey: string; readonly mechanism?: WrapMechanism },
    { readonly wrapped: Uint8Array }
  >;
  /**
   * Likewise; an AES key if nothing else is said. What came in under a trusted key leaves under a trusted key only, what was
   * bound (`aes-gcm-bound`) not at all, whatever the template says. Not a key of that form: `key-invalid`. Session keys come and go with the
   * session; an HSM may drop the least recently used ones (`key-not-found`).
   */
  unwrapKey: Exchange<
    {
      readonly wrappingKey: string;
      readonly wrapped: Uint8Array;
      readonly template: KeyTemplate;
      readonly mechanism?: WrapMechanism;
      readonly form?: KeyForm;
      /** What an `aes-gcm-bound` key was bound to beside its form. */
      readonly binding?: Uint8Array;
    },
    KeyInfo
  >;
  /** Takes in someone's public key (SubjectPublicKeyInfo, DER): `key-invalid` if it is none of that kind. */
  importPublicKey: Exchange<
    { readonly kind: KeyPairKind; readonly publicKey: Uint8Array; readonly template: KeyTemplate },
    KeyInfo
  >;
  /**
   * A new key that the HSM does not keep: out of it by `aes-gcm-bound`, under the wrapping key and bound to `binding`; of a
   * pair also its public key.
   */
  generateWrappedKey: Exchange<
    { readonly wrappingKey: string; readonly form: NewKeyForm; readonly binding: Uint8Array },
    { readonly wrapped: Uint8Array; readonly publicKey?: Uint8Array }
  >;
  /**
   * Takes a key that was wrapped elsewhere out of one wrapping and puts it into another, `aes-gcm-bound`; the HSM does not
   * keep it. From a trusted key only to a trusted key; what was bound already not at all.
   * `fingerprint` is the SHA-256 of `prefix` and the key in clear: it tells keys apart without telling them, and is what the
   * key is bound to.
   */
  rewrapKey: Exchange<
    {
      readonly fromKey: string;
      readonly mechanism: WrapMechanism;
      readonly wrapped: Uint8Array;
      readonly form: KeyForm;
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
  /** For admin and auditor: signs all that is recorded so far, and tells whose signature that is. */
  checkpointAudit: Exchange<Empty, { readonly identity: AuditIdentity }>;
  /** For admin and auditor. Management commands are always recorded; each use of a key only if `cryptography`. */
  getAuditPolicy: Exchange<Empty, { readonly cryptography: boolean }>;
  /** For admins; holds for the whole cluster. */
  setAuditPolicy: Exchange<{ readonly cryptography: boolean }, Empty>;

  /**
   * For admins: makes a backup of the whole cluster, users and keys, that opens in any HSM: under the passphrase (at least 12
   * characters), or with the shares of `threshold` of the holders, users who have registered an RSA key. Each share comes
   * encrypted for its holder (RSAES-OAEP with SHA-256). `size` in bytes; read it in pieces, in the same session. Its form is
   * in `backup-file.ts`.
   */
  exportBackup: Exchange<
    ExportProtection & WithApproval,
    { readonly size: number; readonly shares?: readonly ExportShare[] }
  >;
  /** The next piece from `offset` on, as long as a frame allows; empty at the end. */
  readBackup: Exchange<{ readonly offset: number }, { readonly bytes: Uint8Array }>;
  /**
   * Hands the HSM an exported backup in pieces, to check or to restore it: `offset` 0 begins, each further piece begins
   * where the one before ended. For admins; and for anyone at an HSM that is uninitialized, where a piece has at most 12
   * KiB, for it must fit a stranger's frame.
   */
  writeBackup: Exchange<{ readonly offset: number; readonly bytes: Uint8Array }, Empty>;
  /** For admins: opens what was written, which proves it whole, and tells what is in it. Changes nothing. */
  checkBackup: Exchange<ExportSecret, BackupSummary>;
  /**
   * For anyone, at an uninitialized HSM (whose TLS certificate is for the same key as its HsmCertificate): makes it an active member of the backup's cluster, with its users, passwords, keys
   * and certificate. Refused whole if the backup is not whole, or of the other mode (FIPS or not).
   * If the backup puts `restore` under a quorum, takes the approval of its users, who sign what `generateRestoreToken` gave.
   */
  restoreBackup: Exchange<ExportSecret & WithApproval, Empty>;
  /** For anyone, at an uninitialized HSM: a token for the restore of a backup. Good for 600 s, once, until the next one. */
  generateRestoreToken: Exchange<Empty, QuorumToken>;
}

export type CommandName = keyof Commands;
export type CommandInput<C extends CommandName> = Commands[C]['in'];
export type CommandOutput<C extends CommandName> = Commands[C]['out'];
