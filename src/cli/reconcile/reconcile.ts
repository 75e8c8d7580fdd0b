import { hsmOnly, kmsOnly, type Matched, type Sides } from './finding.ts';
import type { KeyAction, Finding, HsmKeyActivity } from './key-activity.ts';
import type { KmsTrail } from './kms-trail.ts';
import { matchUses } from './uses.ts';

/** The HSM user that KMS acts as. */
const KMS_USER = 'kmsuser';
/** Milliseconds within which KMS takes back a key that could not be made on enough HSMs. */
const ROLLBACK_WINDOW_MS = 60_000;

const keyActions: Readonly<Record<string, KeyAction>> = {
  CN_GENERATE_KEY: 'made',
  CN_GENERATE_KEY_PAIR: 'made',
  CN_UNWRAP_KEY: 'made',
  CN_TOMBSTONE_OBJECT: 'deleted',
  CN_MODIFY_OBJECT: 'changed',
  CN_SHARE_OBJECT: 'changed',
  CN_WRAP_KEY: 'used',
};

export interface Report {
  /** Clusters whose HSMs' logs were given. */
  readonly clusters: readonly string[];
  readonly keys: number;
  /** How many of both sides' records agree. */
  readonly agreed: number;
  /** Keys that were made and taken back before KMS gave them out. */
  readonly takenBack: number;
  readonly findings: readonly Finding[];
}

/** Compares what HSMs and KMS recorded, each for itself, of KMS's keys. */
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
  const strange = made.filter(({ keyHandle = '' }) => !arns.has(keyHandle));
  const missing = created.filter(({ keyHandle }) => !known.has(keyHandle));
  return {
    agreed: created.length - missing.length,
    findings: [...hsmOnly('made', strange, arns), ...kmsOnly('made', missing)],
  };
}

function matchDeleted({ hsm, log, kms, arns }: Sides): Matched {
  const gone = new Set(
    hsm.filter((entry) => hasAction(entry, 'deleted')).map(({ keyHandle }) => keyHandle),
  );
  const deleted = kms.filter(({ eventName }) => eventName === 'DeleteKey');
  const expected = new Set(deleted.map(({ keyHandle }) => keyHandle));
  const strange = firstOfEach(
    log.filter(
      (entry) =>
        hasAction(entry, 'deleted') && isOurs(entry, arns) && !expected.has(entry.keyHandle ?? ''),
    ),
  );
  const missing = deleted.filter(({ keyHandle, succeeded }) => succeeded && !gone.has(keyHandle));
  return {
    agreed: deleted.length - missing.length,
    findings: [...hsmOnly('deleted', strange, arns), ...kmsOnly('deleted', missing)],
  };
}

/** KMS never changes, shares or wraps a key. */
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

function hasAction({ opcode, succeeded }: HsmKeyActivity, deed: KeyAction): boolean {
  return succeeded && keyActions[opcode] === deed;
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

/** A deletion is in the log of every HSM; that of the HSM where it was done says by whom. */
function firstOfEach(entries: readonly HsmKeyActivity[]): HsmKeyActivity[] {
  const byHandle = new Map<string | undefined, HsmKeyActivity>();
  for (const entry of entries) {
    const before = byHandle.get(entry.keyHandle);
    if (!before || (before.username === undefined && entry.username !== undefined))
      byHandle.set(entry.keyHandle, entry);
  }
  return [...byHandle.values()];
}
