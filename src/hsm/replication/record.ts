/**
 * `key` never changes and a deletion of it is for good; the others are registers that the last writer wins.
 */
export type RecordKind = 'key' | 'key-attributes' | 'user' | 'lockout' | 'setting';

/**
 * A Lamport counter and who wrote. A writer is one run of one HSM, so that no two writes have the same version even if the
 * HSM's database was set back to an older state in between.
 */
export type Version = readonly [counter: number, writer: string];

/** What ranks one state of a record against another. */
export interface Rank {
  readonly version: Version;
  readonly deleted: boolean;
}

export interface RecordName {
  readonly kind: RecordKind;
  readonly id: string;
}

/** One piece of what all HSMs of a cluster hold. A deleted one stays as a tombstone without body. */
export interface ReplicaRecord extends RecordName, Rank {
  readonly body: unknown;
}

/** What to write; without `body`, delete. */
export interface Change extends RecordName {
  readonly body?: unknown;
}
