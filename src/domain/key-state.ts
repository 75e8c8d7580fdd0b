import type { KeyRecord } from './records.ts';

/** The values of KeyState that can occur here, as DescribeKey shows them. */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'Unavailable';

/** The state shown, given whether the key's store is connected (the default key store always is). */
export function keyState(key: Pick<KeyRecord, 'enabled' | 'deletionDate'>, storeConnected: boolean): KeyState {
  if (key.deletionDate !== undefined) return 'PendingDeletion';
  if (!storeConnected) return 'Unavailable';
  return key.enabled ? 'Enabled' : 'Disabled';
}

/** What a key in a state answers: `ok`, or which error and how its text ends after the key's ARN. */
export type StateVerdict = 'ok' | { readonly error: 'DisabledException' | 'KMSInvalidStateException'; readonly text: string };

const disabled = { error: 'DisabledException', text: 'is disabled.' } as const;
const pendingDeletion = { error: 'KMSInvalidStateException', text: 'is pending deletion.' } as const;
const notPendingDeletion = { error: 'KMSInvalidStateException', text: 'is not pending deletion.' } as const;
const unavailable = { error: 'KMSInvalidStateException', text: 'is unavailable.' } as const;

/**
 * Key states × operations, one row per kind of operation.
 * Source: "Key states of AWS KMS keys" in the AWS KMS Developer Guide.
 */
const rules = {
  any: { Enabled: 'ok', Disabled: 'ok', PendingDeletion: 'ok', Unavailable: 'ok' },
  cryptographic: { Enabled: 'ok', Disabled: disabled, PendingDeletion: pendingDeletion, Unavailable: unavailable },
  'not-pending-deletion': { Enabled: 'ok', Disabled: 'ok', PendingDeletion: pendingDeletion, Unavailable: 'ok' },
  'pending-deletion': { Enabled: notPendingDeletion, Disabled: notPendingDeletion, PendingDeletion: 'ok', Unavailable: notPendingDeletion },
} as const satisfies Record<string, Record<KeyState, StateVerdict>>;

export type KeyStateRule = keyof typeof rules;

export function stateVerdict(rule: KeyStateRule, state: KeyState): StateVerdict {
  return rules[rule][state];
}
