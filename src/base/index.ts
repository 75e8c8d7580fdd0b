/**
 * base: what every folder may import and that imports nothing: clock, IDs, secrets, bounded cache,
 * files, logger, invariants. It must not know HSMs, keys, or AWS. Begin at `clock.ts`: nothing else
 * in Keyhold asks the machine for the time.
 */
export { allReady, whenReady } from './when-ready.ts';
export { systemClock, offsetClock, type Clock } from './clock.ts';
export { assertInvariant, InvariantError } from './invariant.ts';
export { hexId, base32Id, decimalId, uuid } from './ids.ts';
export { SecretText } from './secret-text.ts';
export { BoundedCache } from './bounded-cache.ts';
export { FairShares, networkOf } from './fair-shares.ts';
export { Strangers } from './strangers.ts';
export { setOwn } from './own-member.ts';
export { RateLimit } from './rate-limit.ts';
export { TokenBucket } from './token-bucket.ts';
export { DAY_MS } from './time.ts';
export { writeFileDurably, readFileIfThere } from './files.ts';
export { silentLogger, type Logger } from './logger.ts';
