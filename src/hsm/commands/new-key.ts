import type { NewAuditEntry, Opcode } from '../audit/index.ts';
import type { Hsm } from '../hsm.ts';
import { attributesOf, isKeyId, isLabel, MAX_KEYS, type Key } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type KeyInfo, type KeyTemplate, type UnwrapTemplate } from '../wire/index.ts';
import { entryOf } from './command.ts';
import { fields, flag, integer, oneOf, optional, refuse, text, type Check } from './input.ts';

/** CloudHSM's key availability quorum. */
const DEFAULT_COPIES = 2;

const label: Check<string> = (value) => (isLabel(value) ? value : refuse());
const keyId: Check<string> = (value) => (isKeyId(value) ? value : refuse());

const settable = {
  label: optional(label),
  id: optional(keyId),
  token: optional(flag),
  extractable: optional(flag),
  modifiable: optional(flag),
  destroyable: optional(flag),
  encrypt: optional(flag),
  decrypt: optional(flag),
  sign: optional(flag),
  verify: optional(flag),
  wrap: optional(flag),
  unwrap: optional(flag),
  derive: optional(flag),
  'wrap-with-trusted': optional(flag),
};

const unwrapTemplate: Check<UnwrapTemplate> = fields<UnwrapTemplate>({
  ...settable,
  class: optional(oneOf('secret-key', 'private-key')),
  'key-type': optional(oneOf('aes', 'generic-secret', 'rsa', 'ec', 'ml-dsa', 'ml-kem')),
  curve: optional(text(64)),
  'modulus-size-bits': optional(integer(0, 1 << 16)),
  'parameter-set': optional(text(64)),
});

export const template: Check<KeyTemplate> = fields<KeyTemplate>({
  ...settable,
  'unwrap-template': optional(unwrapTemplate),
});

/** CloudHSM's quota of HSMs per cluster is 28. */
export const copies = optional(integer(1, 28));

export interface KeyCreation {
  readonly opcode: Opcode;
  readonly minimumCopies?: number | undefined;
}

/**
 * Stores a new key: a session key on this HSM only, a token key on at least `minimumCopies` HSMs or
 * not at all.
 */
export async function storeKey(
  hsm: Hsm,
  session: Session,
  key: Key,
  making: KeyCreation,
): Promise<KeyInfo> {
  const entry = entryOf(session, making.opcode, { keyHandle: key.handle });
  await storeAll(hsm, session, [key], { ...making, entry });
  return describeKey(hsm, key);
}

/**
 * Stores both keys of a new pair, or neither. If the private key is a session key, so is the public
 * key.
 */
export async function storeKeyPair(
  hsm: Hsm,
  session: Session,
  { publicKey, privateKey }: KeyPair,
  making: KeyCreation,
): Promise<void> {
  const entry = entryOf(session, making.opcode, {
    keyHandle: privateKey.handle,
    detail: `public key ${publicKey.handle}`,
  });
  await storeAll(hsm, session, [privateKey, publicKey], { ...making, entry });
}

export interface KeyPair {
  readonly publicKey: Key;
  readonly privateKey: Key;
}

async function storeAll(
  hsm: Hsm,
  session: Session,
  keys: readonly [Key, ...Key[]],
  { entry, minimumCopies = DEFAULT_COPIES }: KeyCreation & { readonly entry: NewAuditEntry },
): Promise<void> {
  const [first] = keys;
  if (!first.fixed.token) {
    hsm.audit.note(entry);
    for (const key of keys) hsm.keys.putSessionKey(key, session);
    // The session may have ended while the engine was working. Its keys end with it.
    if (!hsm.sessions.isLive(session)) hsm.keys.dropSession(session);
    return;
  }
  const exported = hsm.keys.creation(keys);
  const creation = exported instanceof Promise ? await exported : exported;
  // From here on in one turn, so that the count is still right when the keys are written.
  if (hsm.keys.count + keys.length > MAX_KEYS)
    throw new HsmError('limit-exceeded', `the limit of ${MAX_KEYS} keys is reached`);
  // Certain to fail, so nothing is written.
  if (1 + hsm.peers.connected.length < minimumCopies) throw tooFew(first, minimumCopies);
  if ((await hsm.replicate(creation, entry, minimumCopies)) >= minimumCopies) return;
  const destruction = keys.flatMap((key) => hsm.keys.destruction(key));
  await hsm.replicate(
    destruction,
    entryOf(session, 'CN_TOMBSTONE_OBJECT', { keyHandle: first.handle, detail: 'too few copies' }),
  );
  throw tooFew(first, minimumCopies);
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
