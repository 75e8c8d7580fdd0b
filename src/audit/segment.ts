import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { GroupSync } from './group-sync.ts';
import { closedName, CURRENT } from './segments.ts';
import { repairedLength } from './torn-line.ts';

/** The current file of the trail, open for appending. */
export class Segment {
  readonly #folder: string;
  readonly #file: number;
  readonly #sync: GroupSync;
  #length: number;

  /** Opens the file. A last line that a crash cut off is removed: it was never acknowledged. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#file = openSync(join(folder, CURRENT), 'a+', 0o600);
    this.#sync = new GroupSync(this.#file);
    this.#length = repairedLength(this.#file);
  }

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends text. The kernel has it when this returns. Synchronous, because a write to the page
   * cache costs less than a trip to the thread pool and back.
   */
  append(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    try {
      for (let written = 0; written < bytes.length;)
        written += writeSync(this.#file, bytes, written);
      this.#length += bytes.length;
    } catch (error) {
      // On a full disk, part of a line may have been written. The next event must not be joined to
      // it.
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
  }

  sync(): Promise<void> {
    return this.#sync.sync();
  }

  async close(): Promise<void> {
    await this.#sync.idle();
    fdatasyncSync(this.#file);
    closeSync(this.#file);
  }

  /**
   * Closes the file and gives it the name of a full one. `first` is the sequence number of its
   * first event.
   */
  async finish(first: number): Promise<void> {
    await this.close();
    renameSync(join(this.#folder, CURRENT), join(this.#folder, closedName(first)));
    const folder = openSync(this.#folder, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }
}
