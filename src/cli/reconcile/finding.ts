import type { Finding, HsmKeyActivity, KeyAction, KmsKeyActivity } from './key-activity.ts';

/** The activities to compare. */
export interface Sides {
  /** All entries of the HSMs' logs. */
  readonly hsm: readonly HsmKeyActivity[];
  /** Those entries from the time from which KMS's trail is complete. */
  readonly log: readonly HsmKeyActivity[];
  readonly kms: readonly KmsKeyActivity[];
  /** ARNs of KMS's keys by key handle. */
  readonly arns: ReadonlyMap<string, string>;
}

/** Result of one comparison. */
export interface Matched {
  /** Number of records with a counterpart on the other side. */
  readonly agreed: number;
  readonly findings: readonly Finding[];
}

export function hsmOnly(
  action: KeyAction,
  entries: readonly HsmKeyActivity[],
  arns: Sides['arns'],
): Finding[] {
  return entries.map(({ hsmId, sequence, time, opcode, detail, username, keyHandle = '' }) => {
    const keyArn = arns.get(keyHandle);
    return {
      deed: action,
      onlyIn: 'hsm',
      time: new Date(time).toISOString(),
      keyHandle,
      ...(keyArn !== undefined && { keyArn }),
      what: detail === undefined ? opcode : `${opcode} (${detail})`,
      where: `${hsmId}, record ${sequence}, by ${username ?? 'another HSM'}`,
    };
  });
}

export function kmsOnly(action: KeyAction, events: readonly KmsKeyActivity[]): Finding[] {
  return events.map(({ eventId, eventName, time, keyArn, keyHandle }) => ({
    deed: action,
    onlyIn: 'kms',
    time: new Date(time).toISOString(),
    keyHandle,
    keyArn,
    what: eventName,
    where: `event ${eventId}`,
  }));
}
