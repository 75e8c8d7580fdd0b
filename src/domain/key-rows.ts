/**
 * Rows of the metadata store about KMS keys, as plain JSON. Times are in milliseconds since the
 * epoch; bytes are base64. Account and Region partition all regional rows.
 */
import type { KeyUsage } from './algorithms.ts';
import type { KeySpec, MaterialType } from './key-spec.ts';
import type { Tag } from './tag.ts';

/** The source of a key's material. */
export type Origin = 'AWS_KMS' | 'EXTERNAL' | 'AWS_CLOUDHSM';

/** The primary key of a KMS key's row. IDs alone are not unique: multi-Region keys share theirs. */
export type KeyRef = Pick<KeyRow, 'account' | 'region' | 'keyId'>;

/**
 * A KMS key: metadata only. KeyState is derived (`keyState`), because it depends on the key store.
 */
export interface KeyRow {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly origin: Origin;
  /** `AWS` for keys that are created on the first use of an `alias/aws/…` name. */
  readonly keyManager: 'CUSTOMER' | 'AWS';
  /** Present exactly when origin is AWS_CLOUDHSM. */
  readonly customKeyStoreId?: string;
  /**
   * ID of the material that encrypts. Older ones only decrypt. Absent until the first import of an
   * EXTERNAL key.
   */
  readonly currentMaterialId?: string;
  /**
   * Present while an EXTERNAL key lacks one of its materials: never imported, deleted or expired.
   */
  readonly materialMissing?: true;
  readonly creationDate: number;
  /** Present exactly while deletion is pending and its date is known. */
  readonly deletionDate?: number;
  /**
   * Waiting period of a multi-Region primary key, in days. Present while its deletion waits for
   * that of its replicas.
   */
  readonly replicaDeletionWindow?: number;
  /** A change that is finished in the background; see `keyState`. */
  readonly transition?: 'Creating' | 'Updating';
  /** When the transition began. Present together with `transition`. */
  readonly transitionStart?: number;
  /** Region of the primary key. Present for multi-Region keys. */
  readonly primaryRegion?: string;
  /** Period and next date of automatic rotation. Both are present exactly if it is enabled. */
  readonly rotationPeriodInDays?: number;
  readonly nextRotationDate?: number;
  /** Number of rotations on demand so far, which is limited for the key's lifetime. */
  readonly onDemandRotations?: number;
  /** Present while a rotation on demand is in progress. */
  readonly onDemandRotationStart?: number;
  /** The key policy document as it was put. */
  readonly policy: string;
  /**
   * Unique IDs of the users and roles that the policy names, by ARN. A principal that is recreated
   * under the same name does not match.
   */
  readonly policyPrincipals?: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
}

/** The state of a material. Source: KeyMaterialState, AWS KMS API Reference. */
export type MaterialState =
  | 'CURRENT'
  | 'NON_CURRENT'
  | 'PENDING_ROTATION'
  | 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';

/**
 * One version of a key's material, as far as it may be known outside an HSM. Related multi-Region
 * keys have one row each.
 */
export interface MaterialRow {
  /** 64 hex digits. It is also in the header of every ciphertext, so that Decrypt finds the key. */
  readonly materialId: string;
  readonly region: string;
  readonly account: string;
  readonly keyId: string;
  readonly creationDate: number;
  readonly state: MaterialState;
  /**
   * Default key store: the material wrapped by a domain key, base64, and the handle of that key.
   * Absent if the material was deleted.
   */
  readonly token?: string;
  readonly domainKeyHandle?: string;
  /** CloudHSM key store: the key's handle in the cluster, 16 hex digits. */
  readonly handle?: string;
  /** The HSMs' name for the kind of material. */
  readonly kind: MaterialType['kind'];
  /** Asymmetric keys: the public key, DER SubjectPublicKeyInfo, base64. */
  readonly publicKey?: string;
  /** When and how the material became current. Absent for the first material. */
  readonly rotationDate?: number;
  readonly rotationType?: 'AUTOMATIC' | 'ON_DEMAND';
  /**
   * Imported material: whether its bytes are present, its owner's description, and its expiry, if
   * any.
   */
  readonly importState?: 'IMPORTED' | 'PENDING_IMPORT';
  readonly description?: string;
  readonly validTo?: number;
}

/**
 * An event of a key that no call caused. It is written in the transaction that changes the key, and
 * remains until it is in the audit trail, so that kill -9 cannot lose it.
 */
export interface KeyEventRow {
  /** Audit event ID. It identifies duplicates that a crash may have caused. */
  readonly eventId: string;
  readonly date: number;
  /** The event's name in CloudTrail, such as `RotateKey`. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /**
   * For deleted keys: the materials that remain to be destroyed, and the custom key store that
   * holds them.
   */
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
  /** Audit event ID. */
  readonly eventId: string;
  readonly requestId: string;
}

/** A count of rows, stored so that checking a quota takes constant time. */
export interface CountRow {
  readonly account: string;
  readonly region: string;
  readonly of: 'keys' | `grants of ${string}`;
  readonly count: number;
}

export interface AliasRow {
  readonly account: string;
  readonly region: string;
  /** The name with its prefix: `alias/orders`. */
  readonly name: string;
  readonly keyId: string;
  readonly creationDate: number;
  readonly lastUpdatedDate: number;
}
