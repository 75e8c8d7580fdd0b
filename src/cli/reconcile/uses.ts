import { hsmOnly, kmsOnly, type Matched, type Sides } from './finding.ts';
import type { HsmKeyActivity, KmsKeyActivity } from './key-activity.ts';

/** An HSM's command → the operations of KMS that give it. */
const operations: Readonly<Record<string, readonly string[]>> = {
  encrypt: ['Encrypt', 'ReEncrypt'],
  decrypt: ['Decrypt', 'ReEncrypt'],
  reencrypt: ['ReEncrypt'],
  encryptRandom: ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
};
const uses: ReadonlySet<string> = new Set(Object.values(operations).flat());

/** Milliseconds that the two records of one use may be apart: KMS's has whole seconds and is written when the call is over. */
const MAX_RECORD_SKEW_MS = 10_000;
const SECOND_MS = 1_000;

/** While the HSMs record each use of a key, every use has its call of KMS, and every call its use. */
export function matchUses({ log, kms, arns }: Sides): Matched {
  const recorded = recordedTimes(log);
  const done = log.filter(
    (entry) => entry.opcode === 'KH_USE_KEY' && arns.has(entry.keyHandle ?? ''),
  );
  const calls = kms.filter(({ eventName }) => uses.has(eventName));
  const waiting = Map.groupBy(done, ({ keyHandle = '' }) => keyHandle);
  const missing = calls.filter(
    (call) =>
      !takeUse(waiting.get(call.keyHandle) ?? [], call) && call.succeeded && recorded(call.time),
  );
  const strange = [...waiting.values()].flat();
  return {
    agreed: done.length - strange.length,
    findings: [...hsmOnly('used', strange, arns), ...kmsOnly('used', missing)],
  };
}

/** Takes the first use that the call can have been; false if there is none. */
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

/** Tells whether HSMs surely recorded uses in the second that begins at a time. */
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
