import type { Logger } from '../../base/index.ts';
import type { KeyRef, KeyUseRow } from '../../domain/index.ts';
import type { Store } from '../../storage/index.ts';

export type KeyUse = Pick<KeyUseRow, 'operation' | 'date' | 'eventId' | 'requestId'>;
/**
 * The last use of each key. A use costs the hot path one entry in a map. The map is written to the
 * store every few seconds, so kill -9 can lose the uses of that time, and nothing else.
 */
export interface KeyUses {
  note(key: KeyRef, use: KeyUse): void;
  last(key: KeyRef): Promise<KeyUseRow | undefined>;
  /** Stops the timer and writes all pending uses. */
  close(): Promise<void>;
}

/** Interval between writes, in milliseconds. */
const FLUSH_INTERVAL_MS = 5_000;
/** Number of keys with unwritten uses that triggers a write at once. */
const MAX_PENDING_USES = 4_096;

export function openKeyUses(store: Store, log: Logger): KeyUses {
  let pending = new Map<string, KeyUseRow>();
  /** Uses that are being written. `last` still has to find them. */
  let inFlight: ReadonlyMap<string, KeyUseRow> = new Map();
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    inFlight = pending;
    pending = new Map();
    try {
      await store.transact(async (transaction) => {
        for (const use of inFlight.values()) {
          // Skip keys that were deleted in the meantime.
          if (await transaction.get('keys', use.account, use.region, use.keyId))
            await transaction.put('keyUses', use);
        }
      });
    } catch (error) {
      log.error({ err: error, keys: inFlight.size }, 'writing the last uses of keys failed');
    } finally {
      inFlight = new Map();
    }
  }
  function flush(): Promise<void> {
    if (pending.size === 0) return writing ?? Promise.resolve();
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  const timer = setInterval(() => void flush(), FLUSH_INTERVAL_MS);
  timer.unref();
  return {
    note({ account, region, keyId }, use) {
      pending.set(nameOf({ account, region, keyId }), { account, region, keyId, ...use });
      if (pending.size >= MAX_PENDING_USES) void flush();
    },
    async last(key) {
      const name = nameOf(key);
      return (
        pending.get(name) ??
        inFlight.get(name) ??
        store.read((reader) => reader.get('keyUses', key.account, key.region, key.keyId))
      );
    },
    async close() {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };
}

function nameOf({ account, region, keyId }: KeyRef): string {
  return `${account} ${region} ${keyId}`;
}
