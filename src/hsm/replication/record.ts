/**
 * Kinds of records. A `key` and a `member` (an HSM of the cluster) never change, and their deletion
 * is permanent. The others are last-writer-wins registers.
 */
export type RecordKind = 'key' | 'key-attributes' | 'user' | 'lockout' | 'setting' | 'member';

/**
 * A Lamport counter and its writer. A writer is one run of one HSM, so that no two writes have the
 * same version even if the HSM's database was restored to an earlier state between them.
 */
export type Version = readonly [counter: number, writer: string];

/** Rank of one state of a record against others. */
export interface Rank {
  readonly version: Version;
  readonly deleted: boolean;
}

export interface RecordName {
  readonly kind: RecordKind;
  readonly id: string;
}

/**
 * One unit of the state that all HSMs of a cluster share. A deleted record remains as a tombstone
 * without a body.
 */
export interface ReplicaRecord extends RecordName, Rank {
  readonly body: unknown;
}

/** A change to write. Without `body`, the record is deleted. */
export interface Change extends RecordName {
  readonly body?: unknown;
}
