import { BoundedCache, type Clock, type Logger } from '../base/index.ts';
import type { AccessKeyUseRow } from '../domain/index.ts';
import type { Store } from '../storage/index.ts';

/**
 * Granularity of GetAccessKeyLastUsed, in milliseconds. As coarse as in AWS, so that most requests
 * do not write.
 */
const USE_GRANULARITY_MS = 15 * 60_000;
const MAX_NOTED_KEYS = 10_000;

/**
 * Records the last use of access keys in the background: at most one write per key and quarter of
 * an hour.
 */
export class AccessKeyUses {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #noted = new BoundedCache<string, number>(MAX_NOTED_KEYS);
  readonly #writes = new Set<Promise<void>>();

  constructor({
    store,
    clock,
    log,
  }: {
    readonly store: Store;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Records a use. Sessions are not recorded: they end before anybody could ask. */
  note(accessKeyId: string, region: string, service: string): void {
    if (!accessKeyId.startsWith('AKIA')) return;
    const time = this.#clock.now();
    if (time - (this.#noted.get(accessKeyId) ?? Number.NEGATIVE_INFINITY) < USE_GRANULARITY_MS)
      return;
    this.#noted.set(accessKeyId, time);
    const write = this.#write({ accessKeyId, time, region, service }).finally(() =>
      this.#writes.delete(write),
    );
    this.#writes.add(write);
  }

  async close(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #write(use: AccessKeyUseRow): Promise<void> {
    try {
      await this.#store.transact(async (transaction) => {
        if (await transaction.get('accessKeys', use.accessKeyId))
          await transaction.put('accessKeyUses', use);
      });
    } catch (error) {
      this.#log.warn(
        { err: error, accessKeyId: use.accessKeyId },
        'recording the use of an access key failed',
      );
    }
  }
}
