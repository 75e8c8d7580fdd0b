/**
 * Rows of the metadata store about KMS keys, as plain JSON. Times are in milliseconds since the epoch; bytes are base64.
 * (account, Region) is the partition of everything that a Region owns.
 */
import type { KeyUsage } from './algorithms.ts';
import type { KeySpec, MaterialType } from './key-spec.ts';
import type { Tag } from './tag.ts';

/** Where a key's material comes from and lives. */
export type Origin = 'AWS_KMS' | 'EXTERNAL' | 'AWS_CLOUDHSM';

/** The primary key of a KMS key's row. IDs alone are not unique: multi-Region keys share theirs. */
export type KeyRef = Pick<KeyRow, 'account' | 'region' | 'keyId'>;

/** A KMS key: metadata only. What KeyState shows is derived (`keyState`), because it depends on the key store. */
export interface KeyRow {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly origin: Origin;
  /** AWS: made on the first use of an `alias/aws/…` name. */
  readonly keyManager: 'CUSTOMER' | 'AWS';
  /** Present exactly when origin is AWS_CLOUDHSM. */
  readonly customKeyStoreId?: string;
  /** Id of the material that encrypts now; older ones only decrypt. Absent until an EXTERNAL key's first import. */
  readonly currentMaterialId?: string;
  /** Present while an EXTERNAL key lacks one of its materials: never imported, deleted or expired. */
  readonly materialMissing?: true;
  readonly creationDate: number;
  /** Present exactly while deletion is pending and its date known. */
  readonly deletionDate?: number;
  /** A multi-Region primary key whose deletion waits for that of its replicas: the waiting period after it, in days. */
  readonly replicaDeletionWindow?: number;
  /** What background work is still busy with; see `keyState`. */
  readonly transition?: 'Creating' | 'Updating';
  /** When that began; with it or not at all. */
  readonly transitionStart?: number;
  /** Multi-Region keys: where the primary key of the family is. */
  readonly primaryRegion?: string;
  /** Automatic rotation, if enabled: its period, and when it is due next. Both or none. */
  readonly rotationPeriodInDays?: number;
  readonly nextRotationDate?: number;
  /** Rotations on demand so far; their number is limited for life. */
  readonly onDemandRotations?: number;
  /** Present while a rotation on demand is under way. */
  readonly onDemandRotationStart?: number;
  /** The key policy document as it was put. */
  readonly policy: string;
  /** The unique ids of the users and roles that it names, by ARN: who is made anew under such a name is not meant. */
  readonly policyPrincipals?: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
}

/** What a key's material is to it. Source: KeyMaterialState, AWS KMS API Reference. */
export type MaterialState =
  | 'CURRENT'
  | 'NON_CURRENT'
  | 'PENDING_ROTATION'
  | 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';

/** One version of a key's material, as far as it may be known outside an HSM. Related multi-Region keys have one each. */
export interface MaterialRow {
  /** 64 hex digits; also in the header of every ciphertext, so that Decrypt finds the key. */
  readonly materialId: string;
  readonly region: string;
  readonly account: string;
  readonly keyId: string;
  readonly creationDate: number;
  readonly state: MaterialState;
  /** Default key store: the material wrapped by a domain key, base64, and which domain key. Absent if it was deleted. */
  readonly token?: string;
  readonly domainKeyHandle?: string;
  /** CloudHSM key store: the key's handle in the cluster, 16 hex digits. */
  readonly handle?: string;
  /** What it is to the HSMs. */
  readonly kind: MaterialType['kind'];
  /** Asymmetric keys: the public key, DER SubjectPublicKeyInfo, base64. */
  readonly publicKey?: string;
  /** How it became the current one; the first material has neither. */
  readonly rotationDate?: number;
  readonly rotationType?: 'AUTOMATIC' | 'ON_DEMAND';
  /** Imported material: whether its bytes are here, what its owner says of it, and when it expires, if ever. */
  readonly importState?: 'IMPORTED' | 'PENDING_IMPORT';
  readonly description?: string;
  readonly validTo?: number;
}

/**
 * What happened to a key without a call: written together with it, and there until the audit trail has it, so that no
 * kill -9 comes between the two.
 */
export interface KeyEventRow {
  /** Of the event in the audit trail: one that is told twice, because of a crash, is known by it. */
  readonly eventId: string;
  readonly date: number;
  /** As CloudTrail calls it: `RotateKey`. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Of a deleted key: the materials that are still to be destroyed, and the custom key store that has them. */
  readonly materials?: readonly MaterialRow[];
  readonly customKeyStoreId?: string;
  readonly clusterId?: string;
}

/** The last successful cryptographic operation with a key. */
export interface KeyUseRow {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  /** The operation's name on the wire. */
  readonly operation: string;
  readonly date: number;
  /** Of the event in the audit trail. */
  readonly eventId: string;
  readonly requestId: string;
}

/** How many of something there are, kept with them so that a quota costs the same however many there are. */
export interface CountRow {
  readonly account: string;
  readonly region: string;
  readonly of: 'keys' | `grants of ${string}`;
  readonly count: number;
}

export interface AliasRow {
  readonly account: string;
  readonly region: string;
  /** With the prefix: `alias/orders`. */
  readonly name: string;
  readonly keyId: string;
  readonly creationDate: number;
  readonly lastUpdatedDate: number;
}
