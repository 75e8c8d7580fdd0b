/**
 * Quorum authentication: commands that need the approval of M users. The flow is cloudhsm-cli's
 * token-sign: a user requests a token, other users sign it outside the HSM with their registered
 * keys, and the command carries the signatures.
 */

/**
 * Services that can be put under a quorum. `user`: creating, deleting and disabling users, ending
 * their sessions, and changing another user's password. `quorum`: the quorum values.
 * `key-deletion`: destroying token keys. `backup`: exporting a backup. `restore`: restoring an
 * exported backup. Approvers are admins. For `key-deletion`, also crypto users.
 */
export const quorumServices = ['user', 'quorum', 'key-deletion', 'backup', 'restore'] as const;
export type QuorumService = (typeof quorumServices)[number];

/**
 * Purposes of a token. `registration` proves possession of the private key when a public key is
 * registered.
 */
export const tokenServices = [...quorumServices, 'registration'] as const;
export type TokenService = (typeof tokenServices)[number];

/** Maximum number of required approvals. 1 means no quorum. */
export const MAX_QUORUM_VALUE = 8;

/**
 * A user's signature of a token: RSASSA-PKCS1-v1_5 or ECDSA (DER), with SHA-256, over
 * `approvalData`.
 */
export interface ApprovalSignature {
  readonly username: string;
  readonly signature: Uint8Array;
}

export interface Approval {
  readonly approvalData: Uint8Array;
  readonly signatures: readonly ApprovalSignature[];
}

export interface QuorumToken {
  /** Says what is approved, for which user, when the token was created, and by which HSM. */
  readonly approvalData: Uint8Array;
  /**
   * SHA-256 of `approvalData`. Approvers sign it as a digest (`openssl pkeyutl -sign -pkeyopt
   * digest:sha256`).
   */
  readonly token: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface QuorumTokenInfo {
  readonly service: TokenService;
  /** User who may use the token. */
  readonly username: string;
  readonly approvalsRequired: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly keyHandle?: string;
  /** Hex SHA-256 of the operation's text, if the token is for one operation only. */
  readonly operation?: string;
}
