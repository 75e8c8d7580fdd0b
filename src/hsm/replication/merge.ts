import type { Rank, RecordKind, ReplicaRecord } from './record.ts';

/** Whether `a` replaces `b` as the state of one record; never both ways, so the order of arrival does not matter. */
export function outranks(kind: RecordKind, a: Rank, b: Rank): boolean {
  if (kind === 'key' && a.deleted !== b.deleted) return a.deleted;
  const [counterA, hsmA] = a.version;
  const [counterB, hsmB] = b.version;
  if (counterA !== counterB) return counterA > counterB;
  return hsmA > hsmB;
}

export type Records = ReadonlyMap<string, ReplicaRecord>;

/** The state of an HSM that held `mine` and learned of `theirs`. Commutative, associative and idempotent. */
export function merge(mine: Records, theirs: Iterable<ReplicaRecord>): Records {
  const merged = new Map(mine);
  for (const record of theirs) {
    const key = recordKey(record);
    const held = merged.get(key);
    if (!held || outranks(record.kind, record, held)) merged.set(key, record);
  }
  return merged;
}

export function recordKey({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind}/${id}`;
}
