/**
 * All that an HSM may be told, in one closed table: command name → what goes in and what comes back. Terms are those of
 * PKCS#11 and cloudhsm-cli. Bytes travel as MessagePack bin; handles as 16 lower-case hex digits.
 */

export type Role = 'unactivated-admin' | 'admin' | 'crypto-user' | 'auditor' | 'internal(APPLIANCE_USER)';
export type LoginRole = 'admin' | 'crypto-user' | 'auditor';

/** `uninitialized`: no cluster certificate yet. `initialized`: certificate set, no admin password. */
export type HsmLifecycle = 'uninitialized' | 'initialized' | 'active';

/** A count of HSMs of the cluster: it is on `on` of `of`. */
export interface Coverage {
  readonly on: number;
  readonly of: number;
}

export interface HsmInfo {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly lifecycle: HsmLifecycle;
  readonly vendor: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly firmwareVersion: string;
  readonly fipsState: string;
  readonly keyCount: number;
  readonly userCount: number;
}

export interface UserInfo {
  readonly username: string;
  readonly role: Role;
  readonly locked: boolean;
  readonly coverage: Coverage;
}

/** PKCS#11 attributes of a key, under cloudhsm-cli's names. */
export interface KeyAttributes {
  readonly label: string;
  /** Hex. */
  readonly id: string;
  readonly class: 'secret-key' | 'private-key' | 'public-key';
  readonly 'key-type': 'aes' | 'generic-secret' | 'rsa' | 'ec';
  readonly 'key-length-bytes': number;
  /** `0x` and 6 hex digits. */
  readonly 'check-value': string;
  readonly token: boolean;
  readonly private: boolean;
  readonly sensitive: boolean;
  readonly 'always-sensitive': boolean;
  readonly extractable: boolean;
  readonly 'never-extractable': boolean;
  readonly local: boolean;
  readonly modifiable: boolean;
  readonly destroyable: boolean;
  readonly encrypt: boolean;
  readonly decrypt: boolean;
  readonly sign: boolean;
  readonly verify: boolean;
  readonly wrap: boolean;
  readonly unwrap: boolean;
  readonly derive: boolean;
  readonly trusted: boolean;
  readonly 'wrap-with-trusted': boolean;
}

/** What a caller may choose when a key is made; what is left out gets the safe default. */
export type KeyTemplate = Partial<
  Pick<
    KeyAttributes,
    | 'label'
    | 'id'
    | 'token'
    | 'extractable'
    | 'modifiable'
    | 'destroyable'
    | 'encrypt'
    | 'decrypt'
    | 'wrap'
    | 'unwrap'
    | 'derive'
    | 'wrap-with-trusted'
  >
>;

export interface KeyInfo {
  readonly handle: string;
  readonly owner: string;
  readonly sharedUsers: readonly string[];
  readonly coverage: Coverage;
  readonly attributes: KeyAttributes;
}

/** Every given part must match. */
export interface KeyFilter {
  readonly handle?: string;
  readonly attributes?: Readonly<Record<string, string | boolean | number>>;
}

export interface AuditRecord {
  /** From 0, without gaps, per HSM. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** CloudHSM's opcode name, e.g. `CN_GENERATE_KEY`. */
  readonly opcode: string;
  /** `success`, or the error's name. */
  readonly response: string;
  readonly session?: string;
  readonly username?: string;
  readonly role?: Role;
  readonly keyHandle?: string;
  readonly detail?: string;
  /** Hex SHA-256 over the previous record's hash and this record's other fields. */
  readonly hash: string;
}

interface Exchange<In, Out> {
  readonly in: In;
  readonly out: Out;
}
type Empty = Readonly<Record<string, never>>;

export interface Commands {
  /** First on every connection: agrees on the protocol version. */
  hello: Exchange<{ readonly versions: readonly number[]; readonly client: string }, { readonly version: number; readonly info: HsmInfo }>;
  info: Exchange<Empty, HsmInfo>;
  /**
   * Opens a session for the connection's life. `exclusive`: refuse (`user-logged-in`) if the user has a session
   * anywhere in the cluster. Checked in this order: user-not-found, user-locked, user-logged-in, login-failed.
   */
  login: Exchange<
    { readonly username: string; readonly role: LoginRole; readonly password: string; readonly exclusive?: boolean },
    { readonly session: string }
  >;
  logout: Exchange<Empty, Empty>;
  /** Sets the first admin's password; only while the cluster is initialized and not active. */
  activate: Exchange<{ readonly password: string }, Empty>;
  listUsers: Exchange<Empty, { readonly users: readonly UserInfo[] }>;
  createUser: Exchange<{ readonly username: string; readonly role: LoginRole; readonly password: string }, Empty>;
  deleteUser: Exchange<{ readonly username: string; readonly role: LoginRole }, Empty>;
  /** One's own, or (admin) anyone's who is not logged in; unlocks. */
  changePassword: Exchange<{ readonly username: string; readonly role: LoginRole; readonly password: string }, Empty>;

  /** AES. A token key is acknowledged when it is on `minimumCopies` HSMs (default 2), else `insufficient-copies` and no key. */
  generateKey: Exchange<
    { readonly keyType: 'aes'; readonly length: 16 | 24 | 32; readonly template: KeyTemplate; readonly minimumCopies?: number },
    KeyInfo
  >;
  /** In handle order. `after` is the last handle of the page before. */
  findKeys: Exchange<
    { readonly filter: KeyFilter; readonly after?: string; readonly limit: number },
    { readonly keys: readonly KeyInfo[]; readonly total: number }
  >;
  /** `trusted` needs an admin; all else the owner. */
  setAttribute: Exchange<{ readonly handle: string; readonly name: string; readonly value: string | boolean }, Empty>;
  destroyKey: Exchange<{ readonly handle: string }, Empty>;

  /** AES-256-GCM under a key derived per message (SP 800-108 counter KDF); nonce and IV are made in the HSM and lead the ciphertext. */
  encrypt: Exchange<
    { readonly key: string; readonly plaintext: Uint8Array; readonly aad: Uint8Array },
    { readonly ciphertext: Uint8Array }
  >;
  /** Any mismatch at all: `ciphertext-invalid`. */
  decrypt: Exchange<
    { readonly key: string; readonly ciphertext: Uint8Array; readonly aad: Uint8Array },
    { readonly plaintext: Uint8Array }
  >;
  /** Decrypts and encrypts again without the plaintext leaving the HSM. */
  reencrypt: Exchange<
    {
      readonly fromKey: string;
      readonly ciphertext: Uint8Array;
      readonly fromAad: Uint8Array;
      readonly toKey: string;
      readonly toAad: Uint8Array;
    },
    { readonly ciphertext: Uint8Array }
  >;
  /** Random bytes and their ciphertext; the bytes are left out of the answer unless `reveal`. */
  encryptRandom: Exchange<
    { readonly key: string; readonly length: number; readonly aad: Uint8Array; readonly reveal: boolean },
    { readonly plaintext?: Uint8Array; readonly ciphertext: Uint8Array }
  >;
  /** AES key wrap with padding (RFC 5649). */
  wrapKey: Exchange<{ readonly key: string; readonly wrappingKey: string }, { readonly wrapped: Uint8Array }>;
  /** Session keys come and go with the session; an HSM may drop the least recently used ones (`key-not-found`). */
  unwrapKey: Exchange<{ readonly wrappingKey: string; readonly wrapped: Uint8Array; readonly template: KeyTemplate }, KeyInfo>;
  random: Exchange<{ readonly length: number }, { readonly bytes: Uint8Array }>;
  /** For admin and auditor. */
  readAudit: Exchange<
    { readonly from: number; readonly limit: number },
    { readonly records: readonly AuditRecord[]; readonly total: number }
  >;
}

export type CommandName = keyof Commands;
export type CommandInput<C extends CommandName> = Commands[C]['in'];
export type CommandOutput<C extends CommandName> = Commands[C]['out'];

/** Why an HSM refuses, closed. */
export type HsmErrorCode =
  | 'malformed-request'
  | 'unsupported-version'
  | 'not-logged-in'
  | 'not-permitted'
  | 'wrong-lifecycle'
  | 'user-not-found'
  | 'user-exists'
  | 'user-locked'
  | 'user-logged-in'
  | 'user-owns-keys'
  | 'last-admin'
  | 'login-failed'
  | 'invalid-argument'
  | 'key-not-found'
  | 'key-not-usable'
  | 'key-not-extractable'
  | 'insufficient-copies'
  | 'ciphertext-invalid'
  | 'limit-exceeded'
  | 'busy'
  | 'internal';

/** What KMS-side callers see as an error of the HSM itself. The message is for people and never holds a secret. */
export class HsmError extends Error {
  readonly code: HsmErrorCode;

  constructor(code: HsmErrorCode, message: string = code) {
    super(message);
    this.name = 'HsmError';
    this.code = code;
  }
}
