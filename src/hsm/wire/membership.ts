/** An HSM of the cluster, which its peers know by its hardware key. */
export interface MemberInfo {
  readonly hsmId: string;
  /** SHA-256 of the hardware key, 64 hex digits. */
  readonly fingerprint: string;
  /** Address and zone at the time of admission. The control plane stated them. */
  readonly host: string;
  readonly zone: string;
  /** HSM whose hardware key signed the admission. The first HSM of a cluster admits itself. */
  readonly admittedBy: string;
  /** Milliseconds since the epoch. */
  readonly admittedAt: number;
  /** Admin who admitted the HSM. Only in a guarded cluster. */
  readonly admin?: string;
}

/** An HSM that waits until the admins of a guarded cluster admit it. */
export interface JoinRequest {
  readonly hsmId: string;
  /** SHA-256 of the hardware key, 64 hex digits. */
  readonly fingerprint: string;
  /** The control plane states them. Nothing proves them. */
  readonly host: string;
  readonly zone: string;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
}
