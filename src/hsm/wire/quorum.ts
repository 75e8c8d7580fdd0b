/**
 * Quorum: what takes the approval of M of the users, and what an approval is. The flow is cloudhsm-cli's token-sign: who
 * asks gets a token, the others sign it outside the HSM with the keys that they registered, and the command carries what
 * they signed.
 */

/**
 * What can be put under a quorum. `user`: creating and deleting users, and changing another's password; `quorum`: the
 * quorum values themselves; `key-deletion`: destroying token keys; `backup`: exporting a backup; `restore`: restoring an
 * exported one. Approvers are admins; of `key-deletion` crypto users, too.
 */
export const quorumServices = ['user', 'quorum', 'key-deletion', 'backup', 'restore'] as const;
export type QuorumService = (typeof quorumServices)[number];

/** What a token can be for. `registration` proves, at the registration of a public key, that one has the private key. */
export const tokenServices = [...quorumServices, 'registration'] as const;
export type TokenService = (typeof tokenServices)[number];

/** Approvals needed. 1: no quorum. */
export const MAX_QUORUM_VALUE = 8;

/** One user's signature of a token: RSASSA-PKCS1-v1_5 or ECDSA (DER), with SHA-256, over `approvalData`. */
export interface ApprovalSignature {
  readonly username: string;
  readonly signature: Uint8Array;
}

export interface Approval {
  readonly approvalData: Uint8Array;
  readonly signatures: readonly ApprovalSignature[];
}

export interface QuorumToken {
  /** 80 bytes: what is approved, for whom, and when the token was made. */
  readonly approvalData: Uint8Array;
  /** SHA-256 of it: what approvers sign as a digest (`openssl pkeyutl -sign -pkeyopt digest:sha256`). */
  readonly token: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface QuorumTokenInfo {
  readonly service: TokenService;
  /** Who may use it. */
  readonly username: string;
  readonly approvalsRequired: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly keyHandle?: string;
}
