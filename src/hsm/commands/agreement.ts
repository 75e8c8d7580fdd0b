import type { CommandInput } from '../wire/index.ts';
import { CRYPTO_USER, usesKey, type CommandsOf } from './command.ts';
import { bytes, fields, keyHandle, optional } from './input.ts';
import { reveal } from './reveal.ts';

/** Key agreement and key encapsulation. */
export const agreementCommands: CommandsOf<'deriveSecret' | 'encapsulate' | 'decapsulate'> = {
  deriveSecret: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'asymmetric',
    input: fields<CommandInput<'deriveSecret'>>({
      key: keyHandle,
      publicKey: bytes,
      recipient: optional(bytes),
    }),
    run: async ({ keys, engine }, session, { key, publicKey, recipient }) => {
      const secret = await engine.derive(keys.usable(key, session, 'derive').engineKey, publicKey);
      return { secret: await reveal(engine, secret, recipient) };
    },
  },
  encapsulate: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'asymmetric',
    input: fields({ key: keyHandle }),
    run: ({ keys, engine }, session, { key }) =>
      engine.encapsulate(keys.usable(key, session, 'encrypt', 'decrypt').engineKey),
  },
  decapsulate: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'asymmetric',
    input: fields({ key: keyHandle, ciphertext: bytes }),
    run: async ({ keys, engine }, session, { key, ciphertext }) => {
      return {
        secret: await engine.decapsulate(
          keys.usable(key, session, 'decrypt').engineKey,
          ciphertext,
        ),
      };
    },
  },
};
