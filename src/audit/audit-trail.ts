import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chainedLine, GENESIS, nextHead, parseLine, type ChainHead } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { firstLine, linesBackwards } from './lines.ts';
import { lookupEvents, type Lookup, type LookupPage } from './lookup.ts';
import { Segment } from './segment.ts';
import { closedSegments, CURRENT } from './segments.ts';

const DEFAULT_MAX_WAITING_EVENTS = 10_000;
/** Maximum number of searches at a time. */
const MAX_CONCURRENT_LOOKUPS = 4;
const DEFAULT_MAX_FILE_BYTES = 256 * 1024 * 1024;

export interface AuditTrailOptions {
  /** Maximum number of events that wait to be written. More are rejected. Default: 10,000. */
  readonly maxWaiting?: number;
  /** File size, in bytes, from which on another file is begun. Default: 256 MiB. */
  readonly maxFileBytes?: number;
}

export interface AuditTrail {
  /**
   * Appends the event as one line of JSON. Resolves once the kernel has it, so that it survives
   * kill -9, or, if `durable`, once the disk has it, so that it survives power loss. Rejects if it
   * could not be written. The trail then holds nothing of it, unless only the disk failed.
   */
  record(event: AuditEvent, how?: { readonly durable?: boolean }): Promise<void>;
  /** Resolves to the head of the chain once that is on the disk. */
  durableHead(): Promise<ChainHead>;
  /**
   * Searches the trail, see `lookup.ts`. Rejects with an AuditBusyError if there are too many
   * searches.
   */
  lookup(wanted: Lookup): Promise<LookupPage>;
  /** Writes the waiting events, then closes the file. */
  close(): Promise<void>;
}

/** Error for more waiting events than the trail allows: the disk is too slow for the load. */
export class AuditQueueFullError extends Error {
  override readonly name = 'AuditQueueFullError';

  constructor() {
    super('too many audit events are waiting to be written');
  }
}

/** Error for more concurrent searches than the trail allows: they would slow down the writers. */
export class AuditBusyError extends Error {
  override readonly name = 'AuditBusyError';

  constructor() {
    super('too many searches of the audit trail are in progress');
  }
}

/** Opens or creates the trail in its folder. Only one process may do so at a time. */
export async function openAuditTrail(
  folder: string,
  options: AuditTrailOptions = {},
): Promise<AuditTrail> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const segment = new Segment(folder);
  const start = parseLine(firstLine(join(folder, CURRENT)) ?? '');
  return new FileAuditTrail(folder, {
    ...options,
    segment,
    head: await lastHead(folder),
    first: start?.sequence,
  });
}

/** Returns the head of the chain: the last line of the newest file that has one. */
async function lastHead(folder: string): Promise<ChainHead> {
  const paths = [
    join(folder, CURRENT),
    ...closedSegments(folder)
      .toReversed()
      .map(({ path }) => path),
  ];
  for (const path of paths) {
    for await (const { text } of linesBackwards(path)) {
      const line = parseLine(text);
      if (!line) throw new Error(`${path} is not an audit trail, or its last line was changed`);
      return { sequence: line.sequence, hash: line.hash };
    }
  }
  return GENESIS;
}

interface Batch {
  readonly events: string[];
  readonly written: PromiseWithResolvers<void>;
  /** Present if a caller waits for the disk. */
  durable?: PromiseWithResolvers<void>;
}

/**
 * State of a trail that was opened. `first` is the sequence number of the current file's first
 * event, if it has one.
 */
interface Opened extends AuditTrailOptions {
  readonly segment: Segment;
  readonly head: ChainHead;
  readonly first: number | undefined;
}

/**
 * The trail's writer. All events of a tick become one write and share one promise. Those that must
 * be durable share an fsync.
 */
class FileAuditTrail implements AuditTrail {
  readonly #folder: string;
  readonly #maxWaiting: number;
  readonly #maxFileBytes: number;
  #segment: Segment;
  #head: ChainHead;
  #first: number;
  #batch: Batch | undefined;
  #flushing: Promise<void> | undefined;
  #rotating: Promise<void> | undefined;
  #lookups = 0;
  #closed = false;

  constructor(folder: string, opened: Opened) {
    this.#folder = folder;
    this.#maxWaiting = opened.maxWaiting ?? DEFAULT_MAX_WAITING_EVENTS;
    this.#maxFileBytes = opened.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES;
    this.#segment = opened.segment;
    this.#head = opened.head;
    this.#first = opened.first ?? opened.head.sequence + 1;
  }

  record(
    event: AuditEvent,
    { durable = false }: { readonly durable?: boolean } = {},
  ): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the audit trail is closed'));
    const batch = (this.#batch ??= newBatch());
    if (batch.events.length >= this.#maxWaiting) return Promise.reject(new AuditQueueFullError());
    batch.events.push(JSON.stringify(event));
    if (durable) batch.durable ??= withoutUnhandledRejection(Promise.withResolvers<void>());
    this.#flushing ??= this.#flush();
    return durable && batch.durable ? batch.durable.promise : batch.written.promise;
  }

  async durableHead(): Promise<ChainHead> {
    // While a file is being closed, it is not the one to sync.
    while (this.#rotating) await this.#rotating;
    const head = this.#head;
    await this.#segment.sync();
    return head;
  }

  async lookup(wanted: Lookup): Promise<LookupPage> {
    if (this.#lookups >= MAX_CONCURRENT_LOOKUPS) throw new AuditBusyError();
    this.#lookups += 1;
    try {
      return await lookupEvents({ folder: this.#folder, first: this.#first }, wanted);
    } finally {
      this.#lookups -= 1;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    await this.#segment.close();
  }

  async #flush(): Promise<void> {
    // After the poll phase, by which every request that this tick answers has recorded its event.
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.#takeBatch(); batch; batch = this.#takeBatch()) {
      try {
        this.#append(batch.events);
        batch.written.resolve();
        if (batch.durable) this.#segment.sync().then(batch.durable.resolve, batch.durable.reject);
        if (this.#segment.length >= this.#maxFileBytes) await this.#rotate();
      } catch (error) {
        batch.written.reject(error);
        batch.durable?.reject(error);
      }
    }
    this.#flushing = undefined;
  }

  #takeBatch(): Batch | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch;
  }

  /** Appends events. The head advances only once the lines are written. */
  #append(events: readonly string[]): void {
    let head = this.#head;
    let text = '';
    for (const event of events) {
      head = nextHead(head, event);
      text += chainedLine(event, head);
    }
    this.#segment.append(text);
    this.#head = head;
  }

  async #rotate(): Promise<void> {
    this.#rotating = this.#beginNext();
    try {
      await this.#rotating;
    } finally {
      this.#rotating = undefined;
    }
  }

  async #beginNext(): Promise<void> {
    await this.#segment.finish(this.#first);
    this.#segment = new Segment(this.#folder);
    this.#first = this.#head.sequence + 1;
  }
}

function newBatch(): Batch {
  return { events: [], written: withoutUnhandledRejection(Promise.withResolvers<void>()) };
}

/**
 * Marks a promise as handled. Of the two promises of a batch, one may have no caller that waits;
 * its failure is also the other's.
 */
function withoutUnhandledRejection(
  waiting: PromiseWithResolvers<void>,
): PromiseWithResolvers<void> {
  waiting.promise.catch(() => undefined);
  return waiting;
}
