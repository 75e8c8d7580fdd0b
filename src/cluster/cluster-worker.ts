import type { Logger } from '../base/index.ts';
import type { ClusterRef } from './rows.ts';

const RETRY_DELAY_MIN_MS = 100;
const RETRY_DELAY_MAX_MS = 10_000;

/**
 * Runs the work for one cluster, one run at a time. A wake-up during a run starts another run after
 * it. After a failure the work is retried with exponential back-off.
 */
export class ClusterWorker {
  readonly #ref: ClusterRef;
  readonly #work: () => Promise<void>;
  readonly #log: Logger;
  #running: Promise<void> | undefined;
  #woken = false;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  #retryDelay = RETRY_DELAY_MIN_MS;

  constructor(ref: ClusterRef, log: Logger, work: () => Promise<void>) {
    this.#ref = ref;
    this.#log = log;
    this.#work = work;
  }

  wake(): void {
    this.#woken = true;
    if (!this.#closed) this.#running ??= this.#run();
  }

  /** Prevents further runs, and resolves when the current one has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#woken && !this.#closed) {
      this.#woken = false;
      await this.#attempt();
    }
    this.#running = undefined;
  }

  async #attempt(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      await this.#work();
      this.#retryDelay = RETRY_DELAY_MIN_MS;
    } catch (error) {
      if (this.#closed) return;
      this.#log.warn(
        { clusterId: this.#ref.clusterId, err: error, retryIn: this.#retryDelay },
        'work on the cluster failed and will be retried',
      );
      this.#retry = setTimeout(() => this.wake(), this.#retryDelay);
      this.#retryDelay = Math.min(this.#retryDelay * 2, RETRY_DELAY_MAX_MS);
    }
  }
}
