import { importKeyPair, type KeyPair } from '../../crypto/index.ts';
import type { Database } from '../storage/index.ts';
import type { HsmProvisioning } from '../wire/index.ts';

/** Keys and certificates as PEM. */
export interface HsmIdentityState {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly mode: HsmProvisioning['mode'];
  readonly serialNumber: string;
  readonly hardwareKey: string;
  readonly manufacturerHardwareCertificate?: string;
  readonly awsHardwareCertificate?: string;
  readonly manufacturerRoot?: string;
  /** Of this hardware, from its manufacturer and its operator: what backups are sealed under. */
  readonly backupKeys?: readonly [manufacturer: Uint8Array, operator: Uint8Array];
  readonly hsmCertificate?: string;
  /** All of the cluster: made by its first HSM, cloned to the others. */
  readonly clusterKey?: string;
  readonly maskingKey?: Uint8Array;
  readonly clusterCsr?: string;
  readonly clusterCertificate?: string;
  readonly trustAnchor?: string;
  /** False in a joining HSM until it has pulled all that the cluster held. */
  readonly synchronized: boolean;
}

/** Keys and certificates that all HSMs of a cluster share. */
export type ClusterIdentity = Required<
  Pick<HsmIdentityState, 'clusterKey' | 'maskingKey' | 'clusterCertificate' | 'trustAnchor'>
>;

/** The identity of this HSM, kept in the database. Replaced as a whole. */
export class HsmIdentity {
  readonly #database: Database;
  #state: HsmIdentityState;

  constructor(database: Database, state: HsmIdentityState) {
    this.#database = database;
    this.#state = state;
  }

  /** Undefined if the HSM has not been provisioned yet. */
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

  /** Records what happened by `alongside` in the same transaction. */
  update(change: Partial<HsmIdentityState>, alongside?: () => void): void {
    const takeEffect = this.#database.transact(() => {
      alongside?.();
      return this.write(change);
    });
    takeEffect();
  }

  /** Only inside a database transaction; what it returns is to be called once that has ended well. */
  write(change: Partial<HsmIdentityState>): () => void {
    const state = { ...this.#state, ...change };
    this.#database.putSetting('identity', state);
    return () => {
      this.#state = state;
    };
  }
}
