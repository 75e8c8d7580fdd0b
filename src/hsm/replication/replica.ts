import type { Audit, AuditEntry } from '../audit/index.ts';
import type { Database } from '../storage/index.ts';
import { outranks, recordKey } from './merge.ts';
import type { Change, Rank, RecordKind, ReplicaRecord, Version } from './record.ts';

const LOAD_BATCH = 500;

/** Where a record lies here, without its body. */
interface Held extends Rank {
  readonly sequence: number;
}

export interface SequencedRecord extends ReplicaRecord {
  readonly sequence: number;
}

type Listener = (record: ReplicaRecord) => void;

/** This HSM's copy of what the cluster holds. Bodies lie in the database; who needs them in memory subscribes. */
export class Replica {
  readonly #database: Database;
  readonly #audit: Audit;
  readonly #hsmId: string;
  readonly #held = new Map<string, Held>();
  readonly #listeners = new Map<RecordKind, Listener[]>();
  #counter = 0;
  #head = 0;

  constructor(database: Database, audit: Audit, hsmId: string) {
    this.#database = database;
    this.#audit = audit;
    this.#hsmId = hsmId;
  }

  /** The sequence of the newest record here. */
  get head(): number {
    return this.#head;
  }

  /** `listener` hears every record of the kind that is loaded or takes effect from now on. */
  subscribe(kind: RecordKind, listener: Listener): void {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]);
  }

  /** Takes up what the database holds; once, after all have subscribed. */
  load(): void {
    for (;;) {
      const batch = this.after(this.#head, LOAD_BATCH);
      for (const record of batch) this.#take(record);
      if (batch.length < LOAD_BATCH) return;
    }
  }

  /** Where the record lies in this HSM's order; undefined if there is none. */
  sequenceOf(kind: RecordKind, id: string): number | undefined {
    return this.#held.get(recordKey({ kind, id }))?.sequence;
  }

  /** Writes all changes and the audit entry, or nothing. They are on disk when this returns. */
  write(changes: readonly Change[], entry?: AuditEntry): SequencedRecord[] {
    const version: Version = [this.#counter + 1, this.#hsmId];
    const records = changes.map(({ kind, id, body }) => ({ kind, id, version, deleted: body === undefined, body: body ?? null }));
    return this.#store(records, () => entry && this.#audit.append(entry));
  }

  /** Takes what another HSM holds, as far as it outranks what is here; `with` is written in the same transaction. */
  receive(records: readonly ReplicaRecord[], alongside?: () => void): SequencedRecord[] {
    const news = records.filter((record) => {
      const held = this.#held.get(recordKey(record));
      return !held || outranks(record.kind, record, held);
    });
    if (news.length === 0 && !alongside) return [];
    return this.#store(news, alongside);
  }

  /** At most `limit` records that took effect here after `sequence`, in order. */
  after(sequence: number, limit: number): SequencedRecord[] {
    return this.#database.recordsAfter(sequence, limit).map(({ sequence, kind, id, content }) => {
      // Only #store writes records, and what it wrote can't have been changed: it is sealed.
      return { sequence, kind: kind as RecordKind, id, ...(content as Rank & { body: unknown }) };
    });
  }

  #store(records: readonly ReplicaRecord[], alongside?: () => void): SequencedRecord[] {
    const stored = this.#database.transact(() => {
      alongside?.();
      return records.map((record) => {
        const { kind, id, version, deleted, body } = record;
        return { ...record, sequence: this.#database.putRecord(kind, id, { version, deleted, body }) };
      });
    });
    for (const record of stored) this.#take(record);
    return stored;
  }

  #take(record: SequencedRecord): void {
    const { kind, version, deleted, sequence } = record;
    this.#held.set(recordKey(record), { version, deleted, sequence });
    this.#counter = Math.max(this.#counter, version[0]);
    this.#head = Math.max(this.#head, sequence);
    for (const listener of this.#listeners.get(kind) ?? []) listener(record);
  }
}
