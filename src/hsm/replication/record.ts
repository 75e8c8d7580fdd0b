/**
 * `key` never changes and a deletion of it is for good; the others are registers that the last writer wins.
 */
export type RecordKind = 'key' | 'key-attributes' | 'user' | 'lockout' | 'setting';

/** A Lamport counter, and the HSM that wrote, so that no two writes have the same version. */
export type Version = readonly [counter: number, hsmId: string];

/** What ranks one state of a record against another. */
export interface Rank {
  readonly version: Version;
  readonly deleted: boolean;
}

/** One piece of what all HSMs of a cluster hold. A deleted one stays as a tombstone without body. */
export interface ReplicaRecord extends Rank {
  readonly kind: RecordKind;
  readonly id: string;
  readonly body: unknown;
}

/** What to write; without `body`, delete. */
export interface Change {
  readonly kind: RecordKind;
  readonly id: string;
  readonly body?: unknown;
}
