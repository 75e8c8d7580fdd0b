import type { Clock } from '../base/index.ts';
import { equalBytes, sha256 } from '../crypto/index.ts';
import { HsmError } from './wire/index.ts';

/** Lifetime of a restore permit, in milliseconds. */
export const PERMIT_LIFETIME_MS = 600_000;

/**
 * Permission to restore a backup at the HSM's port, from the control plane. The HSM knows only the
 * hash of the token, whose holder the control plane has authorized.
 */
export interface RestorePermit {
  /** SHA-256 of the token. */
  readonly tokenHash: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Manufacturer roots (PEM) whose HSMs may have written the backup, besides this HSM's. */
  readonly sourceRoots: readonly string[];
}

/**
 * Returns the permit to which the token belongs.
 *
 * @throws HsmError `not-permitted` if no permit has this token, or if it has expired.
 */
export function checkPermit(
  { restorePermit, clock }: { restorePermit: RestorePermit | undefined; readonly clock: Clock },
  token: Uint8Array | undefined,
): RestorePermit {
  const valid =
    restorePermit &&
    token &&
    clock.now() <= restorePermit.expiresAt &&
    equalBytes(sha256(token), restorePermit.tokenHash);
  if (valid) return restorePermit;
  throw new HsmError(
    'not-permitted',
    'a restore needs a permit that is at most 10 minutes old: `keyhold hsm backup restore` gets one with AWS credentials that allow keyhold:AuthorizeRestore',
  );
}
