import { importKeyPair, type KeyPair } from '../../crypto/index.ts';
import type { Database } from '../storage/index.ts';
import type { HsmBirth } from '../wire/index.ts';

/** Keys and certificates as PEM. */
export interface IdentityFacts {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly mode: HsmBirth['mode'];
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

/** The facts, kept in the database; replaced as a whole. */
export class Identity {
  readonly #database: Database;
  #facts: IdentityFacts;

  constructor(database: Database, facts: IdentityFacts) {
    this.#database = database;
    this.#facts = facts;
  }

  /** Undefined if the HSM has not been born yet. */
  static load(database: Database): Identity | undefined {
    const facts = database.setting('identity');
    // Only this class writes the setting.
    return facts === undefined ? undefined : new Identity(database, facts as IdentityFacts);
  }

  get facts(): IdentityFacts {
    return this.#facts;
  }

  get hardwareKeys(): KeyPair {
    return importKeyPair(this.#facts.hardwareKey);
  }

  get clusterKeys(): KeyPair | undefined {
    const { clusterKey } = this.#facts;
    return clusterKey === undefined ? undefined : importKeyPair(clusterKey);
  }

  /** Records what happened by `alongside` in the same transaction. */
  update(change: Partial<IdentityFacts>, alongside?: () => void): void {
    const takeEffect = this.#database.transact(() => {
      alongside?.();
      return this.write(change);
    });
    takeEffect();
  }

  /** Only inside a database transaction; what it returns is to be called once that has ended well. */
  write(change: Partial<IdentityFacts>): () => void {
    const facts = { ...this.#facts, ...change };
    this.#database.putSetting('identity', facts);
    return () => {
      this.#facts = facts;
    };
  }
}
