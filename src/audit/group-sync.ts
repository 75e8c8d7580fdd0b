import { fdatasync } from 'node:fs';
import { promisify } from 'node:util';

const dataSync = promisify(fdatasync);

/** Syncs a file to the disk. Callers that ask while a sync is in progress share the next one. */
export class GroupSync {
  readonly #file: number;
  #next: PromiseWithResolvers<void> | undefined;
  #running: Promise<void> | undefined;

  constructor(file: number) {
    this.#file = file;
  }

  /** Resolves when everything that was written before the call is on the disk. */
  sync(): Promise<void> {
    this.#next ??= Promise.withResolvers<void>();
    this.#running ??= this.#run();
    return this.#next.promise;
  }

  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Let `sync` return before the first is taken.
    await Promise.resolve();
    for (let next = this.#take(); next; next = this.#take()) {
      try {
        await dataSync(this.#file);
        next.resolve();
      } catch (error) {
        next.reject(error);
      }
    }
    this.#running = undefined;
  }

  #take(): PromiseWithResolvers<void> | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }
}
