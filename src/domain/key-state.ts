import type { KeyRow } from './key-rows.ts';

/** The values of KeyState, as DescribeKey shows them. */
export type KeyState =
  | 'Enabled'
  | 'Disabled'
  | 'PendingDeletion'
  | 'PendingReplicaDeletion'
  | 'PendingImport'
  | 'Unavailable'
  | 'Creating'
  | 'Updating';

type KeyStateInputs = Pick<
  KeyRow,
  'enabled' | 'deletionDate' | 'replicaDeletionWindow' | 'transition' | 'materialMissing'
>;

/**
 * Returns the key's state, given whether its key store is connected. The default key store always
 * is.
 */
export function keyState(key: KeyStateInputs, storeConnected: boolean): KeyState {
  if (key.deletionDate !== undefined) return 'PendingDeletion';
  if (key.replicaDeletionWindow !== undefined) return 'PendingReplicaDeletion';
  if (key.transition !== undefined) return key.transition;
  if (!storeConnected) return 'Unavailable';
  if (key.materialMissing) return 'PendingImport';
  return key.enabled ? 'Enabled' : 'Disabled';
}

/**
 * The result of an operation on a key in a state: `ok`, or the error and the end of its message
 * after the key's ARN.
 */
export type StateVerdict =
  | 'ok'
  | { readonly error: 'DisabledException' | 'KMSInvalidStateException'; readonly text: string };

const invalid = (text: string): StateVerdict => ({ error: 'KMSInvalidStateException', text });
const ok = 'ok';
const disabled: StateVerdict = { error: 'DisabledException', text: 'is disabled.' };
const deleting = {
  PendingDeletion: invalid('is pending deletion.'),
  PendingReplicaDeletion: invalid('is pending replica deletion.'),
};
const pendingImport = { PendingImport: invalid('is pending import.') };
const unavailable = { Unavailable: invalid('is unavailable.') };
const creating = { Creating: invalid('is creating.') };
const updating = { Updating: invalid('is updating.') };
const notDeleting = invalid('is not pending deletion.');

const always = {
  Enabled: ok,
  Disabled: ok,
  PendingDeletion: ok,
  PendingReplicaDeletion: ok,
  PendingImport: ok,
  Unavailable: ok,
  Creating: ok,
  Updating: ok,
} as const;

/**
 * Key states × operations, one row per kind of operation, written as the difference from `always`:
 * states that a row does not name are allowed. `key-kind.ts` lists which keys an operation supports
 * at all.
 * Source: "Key states of AWS KMS keys" in the AWS KMS Developer Guide.
 */
export const keyStateRules = {
  any: always,
  cryptographic: {
    ...always,
    Disabled: disabled,
    ...deleting,
    ...pendingImport,
    ...unavailable,
    ...creating,
  },
  grantable: { ...always, Disabled: disabled, ...deleting, ...pendingImport, ...creating },
  'not-pending-deletion': { ...always, ...deleting },
  'pending-deletion': {
    Enabled: notDeleting,
    Disabled: notDeleting,
    PendingDeletion: ok,
    PendingReplicaDeletion: ok,
    PendingImport: notDeleting,
    Unavailable: notDeleting,
    Creating: notDeleting,
    Updating: notDeleting,
  },
  deletable: { ...always, ...deleting, ...updating },
  switchable: { ...always, ...deleting, ...pendingImport, ...creating, ...updating },
  'automatically-rotatable': {
    ...always,
    Disabled: disabled,
    ...deleting,
    ...pendingImport,
    ...unavailable,
    ...creating,
  },
  'rotatable-on-demand': {
    ...always,
    Disabled: disabled,
    ...deleting,
    ...pendingImport,
    ...unavailable,
    ...creating,
    ...updating,
  },
  'import-preparable': { ...always, ...deleting, ...unavailable, ...creating, ...updating },
  importable: { ...always, ...deleting, ...unavailable, ...creating },
  'material-deletable': { ...always, ...creating, ...updating },
  replicable: {
    ...always,
    Disabled: disabled,
    ...deleting,
    ...pendingImport,
    ...unavailable,
    ...creating,
    ...updating,
  },
  'primary-movable': {
    ...always,
    Disabled: disabled,
    ...deleting,
    ...pendingImport,
    ...unavailable,
    ...creating,
  },
} as const satisfies Record<string, Record<KeyState, StateVerdict>>;

export type KeyStateRule = keyof typeof keyStateRules;

export function stateVerdict(rule: KeyStateRule, state: KeyState): StateVerdict {
  return keyStateRules[rule][state];
}
