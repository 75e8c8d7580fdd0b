import type { Role } from './roles.ts';

/**
 * State of the cluster as this HSM knows it. `uninitialized`: no cluster certificate yet.
 * `initialized`: certificate set, but the first admin has no password. `active`: claimed by its
 * owner, users can log in.
 *
 * Independent of `synchronized` (`HsmStatus`): an HSM that joins an active cluster is `active` as
 * soon as it has the cluster's certificate, but answers `busy` until it holds all records of its
 * peers.
 */
export type HsmLifecycle = 'uninitialized' | 'initialized' | 'active';

/** Number of HSMs that hold a record (`on`), out of all HSMs of the cluster (`of`). */
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
  /** SHA-256 of the hardware key, 64 hex digits. The HSM's console shows it as well. */
  readonly fingerprint: string;
  readonly fipsState: string;
  readonly keyCount: number;
  readonly userCount: number;
}

export interface UserInfo {
  readonly username: string;
  readonly role: Role;
  readonly locked: boolean;
  /** True if an admin has disabled the user. */
  readonly disabled: boolean;
  /** True if the user has registered a key for approvals. */
  readonly approver: boolean;
  readonly coverage: Coverage;
}
