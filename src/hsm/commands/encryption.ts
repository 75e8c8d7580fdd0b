import { CRYPTO_USER, type CommandsOf } from './command.ts';
import { bytes, fields, flag, handle, integer } from './input.ts';

/** More than any key needs; what is asked for a thousand times in one packet must stay small. */
const MAX_RANDOM = 4_096;

/** Uses of keys, and of the HSM's randomness. */
export const encryptionCommands: CommandsOf<'encrypt' | 'decrypt' | 'reencrypt' | 'encryptRandom' | 'random'> = {
  encrypt: {
    by: CRYPTO_USER,
    input: fields({ key: handle, plaintext: bytes, aad: bytes }),
    run: ({ keys, engine }, session, { key, plaintext, aad }) => {
      return { ciphertext: engine.encrypt(keys.usable(key, session, 'encrypt').engineKey, plaintext, aad) };
    },
  },
  decrypt: {
    by: CRYPTO_USER,
    input: fields({ key: handle, ciphertext: bytes, aad: bytes }),
    run: ({ keys, engine }, session, { key, ciphertext, aad }) => {
      return { plaintext: engine.decrypt(keys.usable(key, session, 'decrypt').engineKey, ciphertext, aad) };
    },
  },
  reencrypt: {
    by: CRYPTO_USER,
    input: fields({ fromKey: handle, ciphertext: bytes, fromAad: bytes, toKey: handle, toAad: bytes }),
    run: ({ keys, engine }, session, { fromKey, ciphertext, fromAad, toKey, toAad }) => {
      const from = keys.usable(fromKey, session, 'decrypt');
      const to = keys.usable(toKey, session, 'encrypt');
      const plaintext = engine.decrypt(from.engineKey, ciphertext, fromAad);
      try {
        return { ciphertext: engine.encrypt(to.engineKey, plaintext, toAad) };
      } finally {
        plaintext.fill(0);
      }
    },
  },
  encryptRandom: {
    by: CRYPTO_USER,
    input: fields({ key: handle, length: integer(1, MAX_RANDOM), aad: bytes, reveal: flag }),
    run: ({ keys, engine }, session, { key, length, aad, reveal }) => {
      const { engineKey } = keys.usable(key, session, 'encrypt');
      const plaintext = engine.random(length);
      const ciphertext = engine.encrypt(engineKey, plaintext, aad);
      if (reveal) return { plaintext, ciphertext };
      plaintext.fill(0);
      return { ciphertext };
    },
  },
  random: {
    by: CRYPTO_USER,
    input: fields({ length: integer(1, MAX_RANDOM) }),
    run: ({ engine }, _session, { length }) => ({ bytes: engine.random(length) }),
  },
};
