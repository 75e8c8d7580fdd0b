import { certifies, importKeyPair, isSignedBy, type KeyPair } from '../../crypto/index.ts';
import type { Database } from '../storage/index.ts';
import { HsmError, type HsmProvisioning } from '../wire/index.ts';

export const MASKING_KEY_BYTES = 32;

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

/**
 * Returns these keys and certificates, and nothing else, of what a backup or a clone contains. Both
 * may be made by a control plane: an HSM that took over other members, or only some of these, could
 * look as if it belonged to no cluster.
 *
 * @throws HsmError `invalid-argument` if one is missing, or if they don't belong together.
 */
export function readClusterIdentity(value: unknown): ClusterIdentity {
  const {
    clusterKey,
    maskingKey,
    clusterCertificate,
    trustAnchor,
  }: Partial<Record<keyof ClusterIdentity, unknown>> = Object(value);
  if (
    typeof clusterKey === 'string' &&
    maskingKey instanceof Uint8Array &&
    maskingKey.length === MASKING_KEY_BYTES &&
    typeof clusterCertificate === 'string' &&
    typeof trustAnchor === 'string' &&
    certifies(clusterCertificate, importKeyPair(clusterKey).publicKey) &&
    isSignedBy(clusterCertificate, trustAnchor)
  )
    return { clusterKey, maskingKey, clusterCertificate, trustAnchor };
  throw new HsmError('invalid-argument', "the cluster's keys and certificates are not complete");
}

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
