import type { Deed, Finding, HsmEntry, KmsEntry } from './happening.ts';

export interface Sides {
  /** All, and those from the time on from which KMS's trail is complete. */
  readonly hsm: readonly HsmEntry[];
  readonly log: readonly HsmEntry[];
  readonly kms: readonly KmsEntry[];
  /** Handle → ARN of KMS's keys. */
  readonly arns: ReadonlyMap<string, string>;
}

export interface Matched {
  readonly agreed: number;
  readonly findings: readonly Finding[];
}

export function hsmOnly(deed: Deed, entries: readonly HsmEntry[], arns: Sides['arns']): Finding[] {
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

export function kmsOnly(deed: Deed, entries: readonly KmsEntry[]): Finding[] {
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
