import type { Opcode } from '../audit/index.ts';
import type { Hsm } from '../hsm.ts';
import { attributesOf, isKeyId, isLabel, MAX_KEYS, type Key } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type KeyInfo, type KeyTemplate } from '../wire/index.ts';
import { entryOf } from './command.ts';
import { fields, flag, integer, optional, refuse, type Check } from './input.ts';

/** CloudHSM's key availability quorum. */
const DEFAULT_COPIES = 2;

const label: Check<string> = (value) => (isLabel(value) ? value : refuse());
const keyId: Check<string> = (value) => (isKeyId(value) ? value : refuse());

export const template: Check<KeyTemplate> = fields<KeyTemplate>({
  label: optional(label),
  id: optional(keyId),
  token: optional(flag),
  extractable: optional(flag),
  modifiable: optional(flag),
  destroyable: optional(flag),
  encrypt: optional(flag),
  decrypt: optional(flag),
  wrap: optional(flag),
  unwrap: optional(flag),
  derive: optional(flag),
  'wrap-with-trusted': optional(flag),
});

/** CloudHSM's quota of HSMs per cluster is 28. */
export const copies = optional(integer(1, 28));

export interface Making {
  readonly opcode: Opcode;
  readonly minimumCopies?: number | undefined;
}

/** Takes up a key that was just made: a session key here only, a token key on `minimumCopies` HSMs or not at all. */
export async function keep(hsm: Hsm, session: Session, key: Key, { opcode, minimumCopies = DEFAULT_COPIES }: Making): Promise<KeyInfo> {
  const entry = entryOf(session, opcode, { keyHandle: key.handle });
  if (!key.fixed.token) {
    hsm.audit.note(entry);
    hsm.keys.putSessionKey(key, session);
    return describeKey(hsm, key);
  }
  if (hsm.keys.count >= MAX_KEYS) throw new HsmError('limit-exceeded', `there are ${MAX_KEYS} keys already`);
  // Known beforehand, so not even tried.
  if (1 + hsm.peers.linked.length < minimumCopies) throw tooFew(key, minimumCopies);
  if ((await hsm.replicate(hsm.keys.creation(key), entry)) >= minimumCopies) return describeKey(hsm, key);
  await hsm.replicate(
    hsm.keys.destruction(key),
    entryOf(session, 'CN_TOMBSTONE_OBJECT', { keyHandle: key.handle, detail: 'too few copies' }),
  );
  throw tooFew(key, minimumCopies);
}

export function describeKey({ peers }: Hsm, key: Key): KeyInfo {
  const { handle, owner, sharedUsers, fixed } = key;
  const coverage = fixed.token ? peers.coverage('key', handle) : { on: 1, of: 1 };
  return { handle, owner, sharedUsers, coverage, attributes: attributesOf(key) };
}

function tooFew({ handle }: Key, minimum: number): HsmError {
  const text = `Key 0x${handle} does not meet the availability requirements - The key must be available on at least ${minimum} HSMs before being used.`;
  return new HsmError('insufficient-copies', text);
}
