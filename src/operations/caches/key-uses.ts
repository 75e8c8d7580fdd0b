import type { Logger } from '../../base/index.ts';
import type { KeyRow, KeyUseRow } from '../../domain/index.ts';
import type { Store } from '../../storage/index.ts';

export type KeyUse = Pick<KeyUseRow, 'operation' | 'date' | 'eventId' | 'requestId'>;
type Identity = Pick<KeyRow, 'account' | 'region' | 'keyId'>;

/**
 * When each key was last used. A use costs the hot path an entry in a map; the map is written down every few seconds, so
 * that kill -9 may lose the uses of that time, and nothing else.
 */
export interface KeyUses {
  note(key: Identity, use: KeyUse): void;
  last(key: Identity): Promise<KeyUseRow | undefined>;
  /** Writes down what is noted. */
  close(): Promise<void>;
}

/** In milliseconds. */
const FLUSH_INTERVAL_MS = 5_000;
/** So many keys with unwritten uses start the writing at once. */
const MAX_PENDING_USES = 4_096;

export function openKeyUses(store: Store, log: Logger): KeyUses {
  let noted = new Map<string, KeyUseRow>();
  /** What is being written, until it is. */
  let leaving: ReadonlyMap<string, KeyUseRow> = new Map();
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    leaving = noted;
    noted = new Map();
    try {
      await store.transact(async (transaction) => {
        for (const use of leaving.values()) {
          // A key that was deleted meanwhile leaves nothing behind.
          if (await transaction.get('keys', use.account, use.region, use.keyId))
            await transaction.put('keyUses', use);
        }
      });
    } catch (error) {
      log.error({ err: error, keys: leaving.size }, 'the last uses of keys could not be written');
    } finally {
      leaving = new Map();
    }
  }
  function flush(): Promise<void> {
    if (noted.size === 0) return writing ?? Promise.resolve();
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  const timer = setInterval(() => void flush(), FLUSH_INTERVAL_MS);
  timer.unref();
  return {
    note({ account, region, keyId }, use) {
      noted.set(nameOf({ account, region, keyId }), { account, region, keyId, ...use });
      if (noted.size >= MAX_PENDING_USES) void flush();
    },
    async last(key) {
      const name = nameOf(key);
      return (
        noted.get(name) ??
        leaving.get(name) ??
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

/** Ids are unique within account and Region only: multi-Region keys share theirs. */
function nameOf({ account, region, keyId }: Identity): string {
  return `${account} ${region} ${keyId}`;
}
