import type { Hsm } from '../hsm.ts';
import { fromTemplate } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type CommandInput, type CommandOutput, type KeyInfo } from '../wire/index.ts';
import { CRYPTO_USER, entryOf, type CommandsOf } from './command.ts';
import { bytes, fields, handle } from './input.ts';
import { keep, template } from './new-key.ts';

/** Keys that leave and enter, always under another key. */
export const wrappingCommands: CommandsOf<'wrapKey' | 'unwrapKey'> = {
  wrapKey: { by: CRYPTO_USER, opcode: 'CN_WRAP_KEY', input: fields({ key: handle, wrappingKey: handle }), run: wrapKey },
  unwrapKey: {
    by: CRYPTO_USER,
    opcode: 'CN_UNWRAP_KEY',
    input: fields({ wrappingKey: handle, wrapped: bytes, template }),
    run: unwrapKey,
  },
};

function wrapKey(
  hsm: Hsm,
  session: Session,
  { key: handle, wrappingKey: wrappingHandle }: CommandInput<'wrapKey'>,
): CommandOutput<'wrapKey'> {
  const wrappingKey = hsm.keys.usable(wrappingHandle, session, 'wrap');
  const key = hsm.keys.owned(handle, session);
  if (!key.fixed.extractable) throw new HsmError('key-not-extractable', 'the key is not extractable');
  if (key.changeable['wrap-with-trusted'] && !wrappingKey.changeable.trusted) {
    throw new HsmError('key-not-extractable', 'the key may be wrapped with a trusted key only');
  }
  const wrapped = hsm.engine.wrap(wrappingKey.engineKey, key.engineKey);
  hsm.audit.note(entryOf(session, 'CN_WRAP_KEY', { keyHandle: handle, detail: `with ${wrappingHandle}` }));
  return { wrapped };
}

function unwrapKey(hsm: Hsm, session: Session, { wrappingKey: handle, wrapped, template }: CommandInput<'unwrapKey'>): Promise<KeyInfo> {
  const wrappingKey = hsm.keys.usable(handle, session, 'unwrap');
  const engineKey = hsm.engine.unwrap(wrappingKey.engineKey, wrapped);
  return keep(hsm, session, { ...fromTemplate(template, session.username, 'unwrapped'), engineKey }, { opcode: 'CN_UNWRAP_KEY' });
}
