import type { HsmStatus } from '../hsm/wire/index.ts';

/** Longest text in a status: a chain of PEM certificates with large keys. */
const MAX_TEXT_CHARS = 20_000;
/** More than there are commands, or HSMs in a cluster. */
const MAX_ENTRIES = 500;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length <= MAX_TEXT_CHARS;
const count: Check = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const flag: Check = (value) => typeof value === 'boolean';
const texts: Check = (value) =>
  Array.isArray(value) && value.length <= MAX_ENTRIES && value.every((one) => text(one));
const optionalText: Check = (value) => value === undefined || text(value);

function membersOf(value: unknown): readonly (readonly [name: string, value: unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

const checks: { readonly [K in keyof HsmStatus]-?: Check } = {
  lifecycle: (value) => value === 'uninitialized' || value === 'initialized' || value === 'active',
  host: text,
  port: (value) => count(value) && Number(value) <= 65_535,
  serialNumber: (value) => text(value) && String(value).length <= 64,
  keyCount: count,
  userCount: count,
  fingerprint: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  members: texts,
  waiting: texts,
  linkedPeers: texts,
  synchronized: flag,
  coverage: (value) => {
    const { on, of } = Object.fromEntries(membersOf(value));
    return count(on) && count(of);
  },
  awaitsShares: (value) => {
    const { backupId, threshold, holders } = Object.fromEntries(membersOf(value));
    return value === undefined || (text(backupId) && count(threshold) && texts(holders));
  },
  trouble: optionalText,
  clusterCsr: optionalText,
  hsmCertificate: optionalText,
  clusterCertificate: optionalText,
  trustAnchor: optionalText,
  operations: (value) =>
    typeof value === 'object' &&
    value !== null &&
    membersOf(value).length <= MAX_ENTRIES &&
    membersOf(value).every(([, one]) => count(one)),
};

/**
 * Checks a status that an HSM has sent. An HSM on another machine may send anything, and the
 * control plane stores parts of it.
 *
 * @throws Error that names the member that is invalid.
 */
export function checkedStatus(status: unknown): HsmStatus {
  const members = new Map(membersOf(status));
  for (const [name, isValid] of Object.entries(checks))
    if (!isValid(members.get(name))) throw new Error(`the HSM sent an invalid status: ${name}`);
  // Every member has passed the check for its type.
  return status as HsmStatus;
}
