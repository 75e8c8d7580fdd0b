import type { Rank, RecordKind, RecordName, ReplicaRecord } from './record.ts';

/** Kinds whose deletion is permanent. */
const FINAL_KINDS: ReadonlySet<RecordKind> = new Set<RecordKind>(['key', 'member']);

/**
 * Returns whether `a` replaces `b` as the state of one record. It never holds in both directions,
 * so the order of arrival does not matter.
 */
export function outranks(kind: RecordKind, a: Rank, b: Rank): boolean {
  if (FINAL_KINDS.has(kind) && a.deleted !== b.deleted) return a.deleted;
  const [counterA, writerA] = a.version;
  const [counterB, writerB] = b.version;
  if (counterA !== counterB) return counterA > counterB;
  return writerA > writerB;
}

export type Records<R extends RecordName & Rank = ReplicaRecord> = ReadonlyMap<string, R>;

/**
 * Returns the state of an HSM that held `mine` and received `theirs`. Commutative, associative and
 * idempotent.
 */
export function merge<R extends RecordName & Rank>(
  mine: Records<R>,
  theirs: Iterable<R>,
): Records<R> {
  const merged = new Map(mine);
  for (const record of theirs) {
    const key = recordKey(record);
    const held = merged.get(key);
    if (!held || outranks(record.kind, record, held)) merged.set(key, record);
  }
  return merged;
}

export function recordKey({ kind, id }: RecordName): string {
  return `${kind}/${id}`;
}

/** Inverse of `recordKey`. */
export function recordName(key: string): RecordName {
  const end = key.indexOf('/');
  // No kind contains a slash, and only `recordKey` creates keys.
  return { kind: key.slice(0, end) as RecordKind, id: key.slice(end + 1) };
}
