import { hsmOnly, kmsOnly, type Matched, type Sides } from './finding.ts';
import type { KeyAction, Finding, HsmKeyActivity } from './key-activity.ts';
import type { KmsTrail } from './kms-trail.ts';
import { matchUses } from './uses.ts';

/** HSM user that KMS logs in as. */
const KMS_USER = 'kmsuser';
/** Time within which KMS deletes a key again that was not replicated to enough HSMs. */
const ROLLBACK_WINDOW_MS = 60_000;

/** Actions by HSM opcode. */
const keyActions: Readonly<Record<string, KeyAction>> = {
  CN_GENERATE_KEY: 'made',
  CN_GENERATE_KEY_PAIR: 'made',
  CN_UNWRAP_KEY: 'made',
  CN_TOMBSTONE_OBJECT: 'deleted',
  CN_MODIFY_OBJECT: 'changed',
  CN_SHARE_OBJECT: 'changed',
  CN_WRAP_KEY: 'used',
};

/** Result of the comparison. The members are those of the JSON report. */
export interface Report {
  /** Clusters of the given logs. */
  readonly clusters: readonly string[];
  readonly keys: number;
  /** Number of records with a counterpart on the other side. */
  readonly agreed: number;
  /** Number of keys that KMS generated and rolled back before returning them. */
  readonly takenBack: number;
  readonly findings: readonly Finding[];
}

/** Compares the records of HSMs and KMS about KMS's keys. */
export function reconcile(hsm: readonly HsmKeyActivity[], { entries, since }: KmsTrail): Report {
  const clusters = new Set(hsm.map(({ clusterId }) => clusterId));
  const kms = entries.filter(({ clusterId }) => clusterId !== undefined && clusters.has(clusterId));
  const log = hsm.filter(({ time }) => time >= since);
  const arns = new Map(kms.map(({ keyHandle, keyArn }) => [keyHandle, keyArn]));
  const sides: Sides = { hsm, log, kms, arns };
  const results = [matchMade(sides), matchDeleted(sides), findChanged(sides), matchUses(sides)];
  const findings = results
    .flatMap((result) => result.findings)
    .toSorted((a, b) => (a.time < b.time ? -1 : 1));
  const agreed = results.reduce((sum, result) => sum + result.agreed, 0);
  return {
    clusters: [...clusters],
    keys: arns.size,
    agreed,
    takenBack: countRolledBack(sides),
    findings,
  };
}

function matchMade({ hsm, log, kms, arns }: Sides): Matched {
  const known = new Set(hsm.map(({ keyHandle }) => keyHandle));
  const made = log.filter(
    (entry) => hasAction(entry, 'made') && entry.username === KMS_USER && !isRolledBack(entry, log),
  );
  const created = kms.filter(({ eventName, succeeded }) => eventName === 'CreateKey' && succeeded);
  const unexpected = made.filter(({ keyHandle = '' }) => !arns.has(keyHandle));
  const missing = created.filter(({ keyHandle }) => !known.has(keyHandle));
  return {
    agreed: created.length - missing.length,
    findings: [...hsmOnly('made', unexpected, arns), ...kmsOnly('made', missing)],
  };
}

function matchDeleted({ hsm, log, kms, arns }: Sides): Matched {
  const gone = new Set(
    hsm.filter((entry) => hasAction(entry, 'deleted')).map(({ keyHandle }) => keyHandle),
  );
  const deleted = kms.filter(({ eventName }) => eventName === 'DeleteKey');
  const expected = new Set(deleted.map(({ keyHandle }) => keyHandle));
  const unexpected = firstOfEach(
    log.filter(
      (entry) =>
        hasAction(entry, 'deleted') && isOurs(entry, arns) && !expected.has(entry.keyHandle ?? ''),
    ),
  );
  const missing = deleted.filter(({ keyHandle, succeeded }) => succeeded && !gone.has(keyHandle));
  return {
    agreed: deleted.length - missing.length,
    findings: [...hsmOnly('deleted', unexpected, arns), ...kmsOnly('deleted', missing)],
  };
}

/** Finds keys that were changed, shared or wrapped, which KMS never does. */
function findChanged({ log, arns }: Sides): Matched {
  const changed = log.filter((entry) => hasAction(entry, 'changed') && isOurs(entry, arns));
  const wrapped = log.filter((entry) => hasAction(entry, 'used') && isOurs(entry, arns));
  return {
    agreed: 0,
    findings: [...hsmOnly('changed', changed, arns), ...hsmOnly('used', wrapped, arns)],
  };
}

function countRolledBack({ log }: Sides): number {
  return log.filter(
    (entry) => hasAction(entry, 'made') && entry.username === KMS_USER && isRolledBack(entry, log),
  ).length;
}

function hasAction({ opcode, succeeded }: HsmKeyActivity, action: KeyAction): boolean {
  return succeeded && keyActions[opcode] === action;
}

function isOurs({ keyHandle }: HsmKeyActivity, arns: Sides['arns']): boolean {
  return keyHandle !== undefined && arns.has(keyHandle);
}

function isRolledBack(
  { keyHandle, time }: HsmKeyActivity,
  log: readonly HsmKeyActivity[],
): boolean {
  return log.some(
    (entry) =>
      entry.keyHandle === keyHandle &&
      hasAction(entry, 'deleted') &&
      entry.username === KMS_USER &&
      entry.time - time < ROLLBACK_WINDOW_MS,
  );
}

/**
 * Returns one deletion per key. Every HSM records it; the entry of the HSM that executed it names
 * the user.
 */
function firstOfEach(entries: readonly HsmKeyActivity[]): HsmKeyActivity[] {
  const byHandle = new Map<string | undefined, HsmKeyActivity>();
  for (const entry of entries) {
    const known = byHandle.get(entry.keyHandle);
    if (!known || (known.username === undefined && entry.username !== undefined))
      byHandle.set(entry.keyHandle, entry);
  }
  return [...byHandle.values()];
}
