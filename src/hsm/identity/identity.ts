import { importKeyPair, type KeyPair } from '../../crypto/index.ts';
import type { Database } from '../storage/index.ts';
import type { HsmProvisioning } from '../wire/index.ts';

/** Keys and certificates are in PEM. */
export interface HsmIdentityState {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly mode: HsmProvisioning['mode'];
  readonly serialNumber: string;
  readonly hardwareKey: string;
  readonly manufacturerHardwareCertificate?: string;
  readonly awsHardwareCertificate?: string;
  readonly manufacturerRoot?: string;
  /**
   * This hardware's parts of the key that seals backups, from its manufacturer and its operator.
   */
  readonly backupKeys?: readonly [manufacturer: Uint8Array, operator: Uint8Array];
  readonly hsmCertificate?: string;
  /**
   * From here on: shared by all HSMs of the cluster. The first HSM generates them, the others get
   * them by cloning.
   */
  readonly clusterKey?: string;
  readonly maskingKey?: Uint8Array;
  readonly clusterCsr?: string;
  readonly clusterCertificate?: string;
  readonly trustAnchor?: string;
  /** True in a guarded cluster, whose admins admit each HSM. */
  readonly guarded?: boolean;
  /** False in a joining HSM until it has pulled everything that the cluster held. */
  readonly synchronized: boolean;
}

/** Keys and certificates that all HSMs of a cluster share. */
export type ClusterIdentity = Required<
  Pick<HsmIdentityState, 'clusterKey' | 'maskingKey' | 'clusterCertificate' | 'trustAnchor'>
>;

/** Identity of this HSM, kept in the database. Replaced as a whole. */
export class HsmIdentity {
  readonly #database: Database;
  #state: HsmIdentityState;

  constructor(database: Database, state: HsmIdentityState) {
    this.#database = database;
    this.#state = state;
  }

  /** Returns undefined if the HSM has not been provisioned yet. */
  static load(database: Database): HsmIdentity | undefined {
    const state = database.setting('identity');
    // Only this class writes the setting.
    return state === undefined ? undefined : new HsmIdentity(database, state as HsmIdentityState);
  }

  get state(): HsmIdentityState {
    return this.#state;
  }

  get hardwareKeys(): KeyPair {
    return importKeyPair(this.#state.hardwareKey);
  }

  get clusterKeys(): KeyPair | undefined {
    const { clusterKey } = this.#state;
    return clusterKey === undefined ? undefined : importKeyPair(clusterKey);
  }

  /** Changes the identity. `alongside` writes in the same transaction. */
  update(change: Partial<HsmIdentityState>, alongside?: () => void): void {
    const takeEffect = this.#database.transact(() => {
      alongside?.();
      return this.write(change);
    });
    takeEffect();
  }

  /**
   * Writes a change inside a database transaction. The caller calls the returned function after the
   * transaction is committed.
   */
  write(change: Partial<HsmIdentityState>): () => void {
    const state = { ...this.#state, ...change };
    this.#database.putSetting('identity', state);
    return () => {
      this.#state = state;
    };
  }
}
