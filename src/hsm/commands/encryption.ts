import { whenReady } from '../../base/index.ts';
import type { EngineResult } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import type { Session } from '../users/index.ts';
import {
  encryptionMechanisms,
  HsmError,
  keyPairKinds,
  type CommandInput,
  type CommandOutput,
  type EncryptionInput,
  type OperationClass,
} from '../wire/index.ts';
import { CRYPTO_USER, usesKey, type CommandsOf } from './command.ts';
import { bytes, fields, flag, integer, keyHandle, oneOf, optional } from './input.ts';
import { reveal } from './reveal.ts';

/** More than any key needs. Bounds the response to a packet with a thousand requests. */
const MAX_RANDOM_BYTES = 4_096;

const encryptionInput = {
  key: keyHandle,
  aad: bytes,
  mechanism: optional(oneOf(...encryptionMechanisms)),
};
const recipient = optional(bytes);
const workOf = ({ mechanism }: EncryptionInput): OperationClass =>
  mechanism === undefined ? 'symmetric' : 'asymmetric';

type Names = 'encrypt' | 'decrypt' | 'reencrypt' | 'encryptRandom' | 'encryptRandomPair' | 'random';

/** Encryption, decryption and random bytes. */
export const encryptionCommands: CommandsOf<Names> = {
  encrypt: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: workOf,
    input: fields<CommandInput<'encrypt'>>({ ...encryptionInput, plaintext: bytes }),
    run: (hsm, session, input) => {
      const ciphertext = encrypt(hsm, session, input, input.plaintext);
      return whenReady(ciphertext, (bytes) => ({ ciphertext: bytes }));
    },
  },
  decrypt: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: workOf,
    input: fields<CommandInput<'decrypt'>>({ ...encryptionInput, ciphertext: bytes, recipient }),
    run: (hsm, session, input) => {
      const plaintext = decrypt(hsm, session, input, input.ciphertext);
      return whenReady(plaintext, (bytes) => revealPlaintext(hsm, bytes, input.recipient));
    },
  },
  reencrypt: {
    by: CRYPTO_USER,
    uses: ({ from, to }) => [from.key, to.key],
    work: ({ from, to }) => (workOf(from) === 'symmetric' ? workOf(to) : 'asymmetric'),
    input: fields<CommandInput<'reencrypt'>>({
      from: fields<CommandInput<'reencrypt'>['from']>({ ...encryptionInput, ciphertext: bytes }),
      to: fields<EncryptionInput>(encryptionInput),
    }),
    run: async (hsm, session, { from, to }) => {
      const plaintext = await decrypt(hsm, session, from, from.ciphertext);
      try {
        return { ciphertext: await encrypt(hsm, session, to, plaintext) };
      } finally {
        plaintext.fill(0);
      }
    },
  },
  encryptRandom: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'symmetric',
    input: fields<CommandInput<'encryptRandom'>>({
      key: keyHandle,
      length: integer(1, MAX_RANDOM_BYTES),
      aad: bytes,
      reveal: flag,
      recipient,
    }),
    run: encryptRandom,
  },
  encryptRandomPair: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'asymmetric',
    input: fields<CommandInput<'encryptRandomPair'>>({
      key: keyHandle,
      kind: oneOf(...keyPairKinds),
      aad: bytes,
      reveal: flag,
      recipient,
    }),
    run: encryptRandomPair,
  },
  random: {
    by: CRYPTO_USER,
    work: 'symmetric',
    input: fields<CommandInput<'random'>>({ length: integer(1, MAX_RANDOM_BYTES), recipient }),
    run: ({ engine }, _session, { length, recipient }) => {
      const revealed = whenReady(engine.random(length), (random) =>
        reveal(engine, random, recipient),
      );
      return whenReady(revealed, (bytes) => ({ bytes }));
    },
  },
};

function encrypt(
  { keys, engine }: Hsm,
  session: Session,
  { key, aad, mechanism }: EncryptionInput,
  plaintext: Uint8Array,
): EngineResult<Uint8Array> {
  const { engineKey } = keys.usable(key, session, 'encrypt', 'decrypt');
  if (mechanism === undefined) return engine.encrypt(engineKey, plaintext, aad);
  refuseAad(aad);
  return engine.encryptTo(engineKey, mechanism, plaintext);
}

function decrypt(
  { keys, engine }: Hsm,
  session: Session,
  { key, aad, mechanism }: EncryptionInput,
  ciphertext: Uint8Array,
): EngineResult<Uint8Array> {
  const { engineKey } = keys.usable(key, session, 'decrypt');
  if (mechanism === undefined) return engine.decrypt(engineKey, ciphertext, aad);
  refuseAad(aad);
  return engine.decryptFrom(engineKey, mechanism, ciphertext);
}

function refuseAad(aad: Uint8Array): void {
  if (aad.length > 0)
    throw new HsmError(
      'invalid-argument',
      'encryption to a public key does not support additional data',
    );
}

function revealPlaintext(
  { engine }: Hsm,
  plaintext: Uint8Array,
  recipient: Uint8Array | undefined,
): EngineResult<{ readonly plaintext: Uint8Array }> {
  return whenReady(reveal(engine, plaintext, recipient), (revealed) => ({ plaintext: revealed }));
}

function encryptRandom(
  hsm: Hsm,
  session: Session,
  { key, length, aad, reveal: shown, recipient }: CommandInput<'encryptRandom'>,
): EngineResult<CommandOutput<'encryptRandom'>> {
  const { engine } = hsm;
  const { engineKey } = hsm.keys.usable(key, session, 'encrypt');
  return whenReady(engine.random(length), (plaintext) =>
    whenReady(engine.encrypt(engineKey, plaintext, aad), (ciphertext) => {
      if (!shown) {
        plaintext.fill(0);
        return { ciphertext };
      }
      const revealed = revealPlaintext(hsm, plaintext, recipient);
      return whenReady(revealed, (output) => ({ ...output, ciphertext }));
    }),
  );
}

async function encryptRandomPair(
  hsm: Hsm,
  session: Session,
  { key, kind, aad, reveal: shown, recipient }: CommandInput<'encryptRandomPair'>,
): Promise<CommandOutput<'encryptRandomPair'>> {
  const { engine } = hsm;
  const { engineKey } = hsm.keys.usable(key, session, 'encrypt');
  const pair = await hsm.keyPairs.generate(kind);
  const material = await engine.exportMaterial(pair);
  const sealed = {
    publicKey: await engine.exportPublicKey(pair),
    ciphertext: await engine.encrypt(engineKey, material, aad),
  };
  if (shown)
    return {
      ...sealed,
      privateKey: await reveal(engine, material, recipient),
    };
  material.fill(0);
  return sealed;
}
