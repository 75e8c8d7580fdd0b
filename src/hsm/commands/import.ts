import { whenReady } from '../../base/index.ts';
import { hasSafeExponent, readPublicKey } from '../../crypto/index.ts';
import type { EngineResult } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import { fromTemplate } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, keyPairKinds, type CommandInput, type KeyInfo } from '../wire/index.ts';
import { CRYPTO_USER, type CommandsOf } from './command.ts';
import { bytes, fields, oneOf } from './input.ts';
import { storeKey, template } from './new-key.ts';

/** Import of public keys, the only keys that arrive in plaintext. All others are wrapped. */
export const importCommands: CommandsOf<'importPublicKey'> = {
  importPublicKey: {
    by: CRYPTO_USER,
    opcode: 'CN_INSERT_MASKED_OBJECT_USER',
    input: fields<CommandInput<'importPublicKey'>>({
      kind: oneOf(...keyPairKinds),
      publicKey: bytes,
      template,
    }),
    run: importPublicKey,
  },
};

function importPublicKey(
  hsm: Hsm,
  session: Session,
  { kind, publicKey, template }: CommandInput<'importPublicKey'>,
): EngineResult<KeyInfo> {
  const imported = hsm.engine.importMaterial({ class: 'public-key', type: kind }, publicKey);
  return whenReady(imported, (engineKey) => {
    if (!hasSafeExponent(readPublicKey(publicKey)))
      throw new HsmError('invalid-argument', 'the public exponent must be odd, and 65537 or more');
    const key = { ...fromTemplate(template, session.username, 'unwrapped'), engineKey };
    return storeKey(hsm, session, key, { opcode: 'CN_INSERT_MASKED_OBJECT_USER' });
  });
}
