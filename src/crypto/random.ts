import { randomBytes as freshBytes, randomFillSync } from 'node:crypto';

const POOL_BYTES = 8192;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/**
 * Fills `target` from `offset` with `length` random bytes, which may be public (nonces, IVs): they come from a pool, so
 * that a system call serves hundreds of messages. `length` is at most 8,192.
 */
export function fillNonce(target: Buffer, offset: number, length: number): void {
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(target, offset, used, used + length);
  used += length;
}

/** Random bytes fit for secrets, kept nowhere else. */
export function randomBytes(length: number): Buffer {
  return freshBytes(length);
}
