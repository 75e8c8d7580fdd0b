import { hsmOnly, kmsOnly, type Matched, type Sides } from './finding.ts';
import type { HsmKeyActivity, KmsKeyActivity } from './key-activity.ts';

/** KMS operations by the HSM command that they send. */
const operations: Readonly<Record<string, readonly string[]>> = {
  encrypt: ['Encrypt', 'ReEncrypt'],
  decrypt: ['Decrypt', 'ReEncrypt'],
  reencrypt: ['ReEncrypt'],
  encryptRandom: ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
};
const uses: ReadonlySet<string> = new Set(Object.values(operations).flat());

/**
 * Maximum difference between the two records of one use. KMS records whole seconds, at the end of
 * the call.
 */
const MAX_RECORD_SKEW_MS = 10_000;
const SECOND_MS = 1_000;

/**
 * Matches uses of keys with calls of KMS, one to one, for the times in which the HSMs record each
 * use.
 */
export function matchUses({ log, kms, arns }: Sides): Matched {
  const recorded = recordedTimes(log);
  const used = log.filter(
    (entry) => entry.opcode === 'KH_USE_KEY' && arns.has(entry.keyHandle ?? ''),
  );
  const calls = kms.filter(({ eventName }) => uses.has(eventName));
  const unmatched = Map.groupBy(used, ({ keyHandle = '' }) => keyHandle);
  const missing = calls.filter(
    (call) =>
      !takeUse(unmatched.get(call.keyHandle) ?? [], call) && call.succeeded && recorded(call.time),
  );
  const unexpected = [...unmatched.values()].flat();
  return {
    agreed: used.length - unexpected.length,
    findings: [...hsmOnly('used', unexpected, arns), ...kmsOnly('used', missing)],
  };
}

/** Removes the first use that can belong to the call. Returns false if no use matches. */
function takeUse(
  candidates: HsmKeyActivity[],
  { eventName, time, succeeded }: KmsKeyActivity,
): boolean {
  const index = candidates.findIndex(
    (use) =>
      Math.abs(use.time - time) < MAX_RECORD_SKEW_MS &&
      operations[use.detail ?? '']?.includes(eventName) === true &&
      (use.succeeded || !succeeded),
  );
  if (index >= 0) candidates.splice(index, 1);
  return index >= 0;
}

/**
 * Returns a function that tells whether the HSMs recorded uses during the whole second from a given
 * time.
 */
function recordedTimes(log: readonly HsmKeyActivity[]): (time: number) => boolean {
  const switches = log.filter(
    ({ opcode, succeeded }) => opcode === 'KH_SET_AUDIT_POLICY' && succeeded,
  );
  return (time) => {
    const within = switches.some((entry) => entry.time > time && entry.time < time + SECOND_MS);
    const last = switches.findLast((entry) => entry.time <= time);
    return !within && last?.detail === 'cryptography recorded';
  };
}
