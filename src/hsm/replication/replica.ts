import { assertInvariant, hexId } from '../../base/index.ts';
import type { NewAuditEntry } from '../audit/index.ts';
import type { StoredRecord } from '../storage/index.ts';
import { DigestTree } from './digest-tree.ts';
import { merge, outranks, recordKey, recordName } from './merge.ts';
import type { Change, Rank, RecordKind, RecordName, ReplicaRecord, Version } from './record.ts';

const LOAD_BATCH_RECORDS = 500;

/** The part of an HSM's database that stores its replica. */
export interface RecordStore {
  /** Runs `work`. Everything that it writes is on disk when this returns, or nothing is. */
  transact<T>(work: () => T): T;
  /**
   * Stores a record in place of its previous state. Returns its new sequence, which is higher than
   * all before.
   */
  putRecord(kind: string, id: string, content: unknown): number;
  record(kind: string, id: string): StoredRecord | undefined;
  recordsAfter(sequence: number, limit: number): StoredRecord[];
}

/** Rank and sequence of a record that is held here. */
interface HeldRecord extends Rank {
  readonly sequence: number;
}

export interface SequencedRecord extends ReplicaRecord {
  readonly sequence: number;
}

type Listener = (record: ReplicaRecord) => void;

/**
 * This HSM's copy of the cluster's state. Bodies are in the database; components that need them in
 * memory subscribe.
 */
export class Replica {
  readonly #store: RecordStore;
  readonly #audit: { append(entry: NewAuditEntry): void };
  readonly #writer: string;
  readonly #held = new Map<string, HeldRecord>();
  readonly #digests = new DigestTree();
  readonly #listeners = new Map<RecordKind, Listener[]>();
  #describe: (record: ReplicaRecord) => NewAuditEntry | undefined = () => undefined;
  #counter = 0;
  #head = 0;

  /** `run` distinguishes this run of the HSM from its other runs. */
  constructor(
    store: RecordStore,
    audit: { append(entry: NewAuditEntry): void },
    hsmId: string,
    run: string = hexId(8),
  ) {
    this.#store = store;
    this.#audit = audit;
    this.#writer = `${hsmId}.${run}`;
  }

  /** This run of this HSM, as in the versions of the records that it writes. */
  get writer(): string {
    return this.#writer;
  }

  /** Sequence of the newest record here. */
  get head(): number {
    return this.#head;
  }

  /** Digests to compare with those of another replica. */
  get digests(): DigestTree {
    return this.#digests;
  }

  /**
   * Calls `listener` with every record of the kind that is loaded or takes effect from now on. The
   * listener owns the body that it gets.
   */
  subscribe(kind: RecordKind, listener: Listener): void {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]);
  }

  /** Sets what is written to the audit log for records from other HSMs. */
  onReceived(describe: (record: ReplicaRecord) => NewAuditEntry | undefined): void {
    this.#describe = describe;
  }

  /** Loads the database. Must be called once, after all components have subscribed. */
  load(): void {
    for (;;) {
      const batch = this.recordsAfter(this.#head, LOAD_BATCH_RECORDS);
      for (const record of batch) this.#apply(record);
      if (batch.length < LOAD_BATCH_RECORDS) return;
    }
  }

  /** Returns the record's sequence, or undefined if it is not held here. */
  sequenceOf(kind: RecordKind, id: string): number | undefined {
    return this.#held.get(recordKey({ kind, id }))?.sequence;
  }

  /** Returns the name and rank of each record in a leaf of the digest tree. */
  ranksIn(leaf: number): (RecordName & Rank)[] {
    return Array.from(this.#digests.members(leaf)).flatMap((key) => {
      const held = this.#held.get(key);
      return held ? [{ ...recordName(key), version: held.version, deleted: held.deleted }] : [];
    });
  }

  /** Returns whether a record in this state would change this replica. */
  lacks(record: RecordName & Rank): boolean {
    const held = this.#held.get(recordKey(record));
    return !held || outranks(record.kind, record, held);
  }

  /** Writes all changes and the audit entry, or nothing. They are on disk when this returns. */
  write(changes: readonly Change[], entry?: NewAuditEntry): SequencedRecord[] {
    // Incremented before the write: a version must not be used twice, even if it is uncertain
    // whether the first write failed.
    this.#counter += 1;
    const version: Version = [this.#counter, this.#writer];
    const records = changes.map(({ kind, id, body }) => ({
      kind,
      id,
      version,
      deleted: body === undefined,
      body: body ?? null,
    }));
    return this.#commit(records, () => entry && this.#audit.append(entry));
  }

  /**
   * Merges records of another HSM, as far as they outrank those held here. `alongside` writes in
   * the same transaction.
   */
  receive(records: readonly ReplicaRecord[], alongside?: () => void): SequencedRecord[] {
    const news = [...merge(new Map(), records).values()].filter((record) => this.lacks(record));
    if (news.length === 0 && !alongside) return [];
    return this.#commit(news, () => {
      alongside?.();
      for (const record of news) this.#recordReceipt(record);
    });
  }

  /** Returns at most `limit` records that took effect here after `sequence`, in order. */
  recordsAfter(sequence: number, limit: number): SequencedRecord[] {
    return this.#store.recordsAfter(sequence, limit).map(sequenced);
  }

  /** Returns the record with its body, if it exists. */
  read(kind: RecordKind, id: string): SequencedRecord | undefined {
    const stored = this.#store.record(kind, id);
    return stored && sequenced(stored);
  }

  #recordReceipt(record: ReplicaRecord): void {
    const entry = this.#describe(record);
    if (entry) this.#audit.append(entry);
  }

  #commit(records: readonly ReplicaRecord[], alongside?: () => void): SequencedRecord[] {
    this.#assertAdvance(records);
    const stored = this.#store.transact(() => {
      alongside?.();
      let head = this.#head;
      return records.map((record) => {
        const { kind, id, version, deleted, body } = record;
        const sequence = this.#store.putRecord(kind, id, { version, deleted, body });
        assertInvariant(
          sequence > head,
          'each stored record has a higher sequence than all before',
        );
        head = sequence;
        return { ...record, sequence };
      });
    });
    for (const record of stored) this.#apply(record);
    return stored;
  }

  /** Asserts what the convergence of replicas rests on. */
  #assertAdvance(records: readonly ReplicaRecord[]): void {
    for (const record of records) {
      assertInvariant(
        Number.isSafeInteger(record.version[0]),
        'a version counter is a safe integer, so that the next one is higher',
      );
      assertInvariant(
        this.lacks(record),
        'a record changes to a higher rank only: its version never goes back, and a deleted key stays deleted, like a removed member',
      );
    }
    assertInvariant(
      records.length === 1 || new Set(records.map(recordKey)).size === records.length,
      'a version of a record has one content',
    );
  }

  #apply(record: SequencedRecord): void {
    const { kind, version, deleted, sequence } = record;
    const key = recordKey(record);
    const before = this.#held.get(key);
    if (before) this.#digests.remove(key, before);
    this.#held.set(key, { version, deleted, sequence });
    this.#digests.add(key, { version, deleted });
    this.#counter = Math.max(this.#counter, version[0]);
    this.#head = Math.max(this.#head, sequence);
    // Each listener gets its own copy: listeners wipe secrets, and the writer still sends the body
    // to other HSMs.
    for (const listener of this.#listeners.get(kind) ?? [])
      listener({ ...record, body: structuredClone(record.body) });
  }
}

function sequenced({ sequence, kind, id, content }: StoredRecord): SequencedRecord {
  // Only a replica writes records, and they are sealed, so they have the shape that it wrote.
  return { sequence, kind: kind as RecordKind, id, ...(content as Rank & { body: unknown }) };
}
