import type { KeyAction, Finding, HsmKeyActivity, KmsKeyActivity } from './key-activity.ts';

export interface Sides {
  /** All, and those from the time on from which KMS's trail is complete. */
  readonly hsm: readonly HsmKeyActivity[];
  readonly log: readonly HsmKeyActivity[];
  readonly kms: readonly KmsKeyActivity[];
  /** Handle → ARN of KMS's keys. */
  readonly arns: ReadonlyMap<string, string>;
}

export interface Matched {
  readonly agreed: number;
  readonly findings: readonly Finding[];
}

export function hsmOnly(
  deed: KeyAction,
  entries: readonly HsmKeyActivity[],
  arns: Sides['arns'],
): Finding[] {
  return entries.map(({ hsmId, sequence, time, opcode, detail, username, keyHandle = '' }) => {
    const keyArn = arns.get(keyHandle);
    const what = detail === undefined ? opcode : `${opcode} (${detail})`;
    const where = `${hsmId}, record ${sequence}, by ${username ?? 'another HSM'}`;
    return {
      deed,
      onlyIn: 'hsm',
      time: new Date(time).toISOString(),
      keyHandle,
      ...(keyArn !== undefined && { keyArn }),
      what,
      where,
    };
  });
}

export function kmsOnly(deed: KeyAction, entries: readonly KmsKeyActivity[]): Finding[] {
  return entries.map(({ eventId, eventName, time, keyArn, keyHandle }) => {
    return {
      deed,
      onlyIn: 'kms',
      time: new Date(time).toISOString(),
      keyHandle,
      keyArn,
      what: eventName,
      where: `event ${eventId}`,
    };
  });
}
