import type { Role } from './roles.ts';

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
  /** Has registered a key to approve with. */
  readonly approver: boolean;
  readonly coverage: Coverage;
}
