import { randomBytes as freshBytes, randomFillSync } from 'node:crypto';

const POOL_BYTES = 8192;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/**
 * Fills `target` from `offset` with `length` random bytes that may become public (nonces, IVs).
 * They come from a pool, so that one system call serves hundreds of messages. `length` is at most
 * 8,192.
 */
export function fillNonce(target: Buffer, offset: number, length: number): void {
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(target, offset, used, used + length);
  used += length;
}

/** Returns random bytes for secrets. No copy is kept. */
export function randomBytes(length: number): Buffer {
  return freshBytes(length);
}
