import { closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { AuditEvent } from './event.ts';
import { repairedLength } from './torn-line.ts';

const DEFAULT_MAX_WAITING = 10_000;
const dataSync = promisify(fdatasync);

export interface AuditTrailOptions {
  /** Also wait for the disk, so that an event survives power loss and not only a killed process. Default: false. */
  readonly fsync?: boolean;
  /** How many events may wait to be written; more are refused. Default: 10,000. */
  readonly maxWaiting?: number;
}

export interface AuditTrail {
  /**
   * Appends the event as one line of JSON. Resolves when the kernel has it (with `fsync`: the disk), from when on it
   * survives kill -9. Rejects if it could not be written: then the file holds nothing of it, unless only the fsync failed.
   */
  record(event: AuditEvent): Promise<void>;
  /** Writes what waits, then closes the file. */
  close(): Promise<void>;
}

/** More events wait than the trail's bound: the disk is too slow for the load. */
export class AuditQueueFullError extends Error {
  override readonly name = 'AuditQueueFullError';

  constructor() {
    super('too many audit events wait to be written');
  }
}

/** Opens or makes the trail; one process at a time. A last line that a crash cut off is removed: nobody was told of it. */
export function openAuditTrail(path: string, { fsync = false, maxWaiting = DEFAULT_MAX_WAITING }: AuditTrailOptions = {}): AuditTrail {
  return new FileAuditTrail(openSync(path, 'a+', 0o600), fsync, maxWaiting);
}

interface Batch {
  readonly lines: string[];
  readonly written: PromiseWithResolvers<void>;
}

/** All events of a tick become one write and share one promise; with fsync, those that come during one wait for the next. */
class FileAuditTrail implements AuditTrail {
  readonly #file: number;
  readonly #fsync: boolean;
  readonly #maxWaiting: number;
  #length: number;
  #batch: Batch | undefined;
  #flushing: Promise<void> | undefined;
  #closed = false;

  constructor(file: number, fsync: boolean, maxWaiting: number) {
    this.#file = file;
    this.#fsync = fsync;
    this.#maxWaiting = maxWaiting;
    this.#length = repairedLength(file);
  }

  record(event: AuditEvent): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the audit trail is closed'));
    const line = `${JSON.stringify(event)}\n`;
    this.#batch ??= { lines: [], written: Promise.withResolvers<void>() };
    if (this.#batch.lines.length >= this.#maxWaiting) return Promise.reject(new AuditQueueFullError());
    this.#batch.lines.push(line);
    this.#flushing ??= this.#flush();
    return this.#batch.written.promise;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    fdatasyncSync(this.#file);
    closeSync(this.#file);
  }

  async #flush(): Promise<void> {
    // After the poll phase: every request that this tick answers has recorded its event by then.
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.#takeBatch(); batch; batch = this.#takeBatch()) {
      try {
        this.#append(batch.lines.join(''));
        if (this.#fsync) await dataSync(this.#file);
        batch.written.resolve();
      } catch (error) {
        batch.written.reject(error);
      }
    }
    this.#flushing = undefined;
  }

  #takeBatch(): Batch | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch;
  }

  /** A write of page cache costs less than a trip to the thread pool and back. */
  #append(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written);
      this.#length += bytes.length;
    } catch (error) {
      // On a full disk part of a line may be there; the next event must not be joined to it.
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
  }
}
