import type { EngineKey } from '../engine/index.ts';
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
import { makePair } from './make-pair.ts';
import { reveal } from './reveal.ts';

/** More than any key needs; what is asked for a thousand times in one packet must stay small. */
const MAX_RANDOM = 4_096;

const encryptionInput = {
  key: keyHandle,
  aad: bytes,
  mechanism: optional(oneOf(...encryptionMechanisms)),
};
const recipient = optional(bytes);
const workOf = ({ mechanism }: EncryptionInput): OperationClass =>
  mechanism === undefined ? 'symmetric' : 'asymmetric';

type Names = 'encrypt' | 'decrypt' | 'reencrypt' | 'encryptRandom' | 'encryptRandomPair' | 'random';

/** Encryption, and the HSM's randomness. */
export const encryptionCommands: CommandsOf<Names> = {
  encrypt: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: workOf,
    input: fields<CommandInput<'encrypt'>>({ ...encryptionInput, plaintext: bytes }),
    run: (hsm, session, input) => {
      const ciphertext = encrypt(hsm, session, input, input.plaintext);
      return ciphertext instanceof Promise
        ? ciphertext.then((bytes) => ({ ciphertext: bytes }))
        : { ciphertext };
    },
  },
  decrypt: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: workOf,
    input: fields<CommandInput<'decrypt'>>({ ...encryptionInput, ciphertext: bytes, recipient }),
    run: (hsm, session, input) => {
      const plaintext = decrypt(hsm, session, input, input.ciphertext);
      if (plaintext instanceof Promise || input.recipient !== undefined)
        return revealAs(hsm, plaintext, input.recipient);
      return { plaintext };
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
      length: integer(1, MAX_RANDOM),
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
    input: fields<CommandInput<'random'>>({ length: integer(1, MAX_RANDOM), recipient }),
    run: ({ engine }, _session, { length, recipient }) => {
      const random = engine.random(length);
      return recipient === undefined
        ? { bytes: random }
        : reveal(engine, random, recipient).then((bytes) => ({ bytes }));
    },
  },
};

/** At once with a secret key; what a key of a pair does takes its time. */
type Result = Uint8Array | Promise<Uint8Array>;

function encrypt(
  { keys, engine }: Hsm,
  session: Session,
  { key, aad, mechanism }: EncryptionInput,
  plaintext: Uint8Array,
): Result {
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
): Result {
  const { engineKey } = keys.usable(key, session, 'decrypt');
  if (mechanism === undefined) return engine.decrypt(engineKey, ciphertext, aad);
  refuseAad(aad);
  return engine.decryptFrom(engineKey, mechanism, ciphertext);
}

function refuseAad(aad: Uint8Array): void {
  if (aad.length > 0)
    throw new HsmError('invalid-argument', 'encryption to a public key binds no further data');
}

async function revealAs(
  { engine }: Hsm,
  plaintext: Result,
  recipient: Uint8Array | undefined,
): Promise<{ readonly plaintext: Uint8Array }> {
  return { plaintext: await reveal(engine, await plaintext, recipient) };
}

function encryptRandom(
  hsm: Hsm,
  session: Session,
  { key, length, aad, reveal: shown, recipient }: CommandInput<'encryptRandom'>,
): CommandOutput<'encryptRandom'> | Promise<CommandOutput<'encryptRandom'>> {
  const { engineKey } = hsm.keys.usable(key, session, 'encrypt');
  const plaintext = hsm.engine.random(length);
  const ciphertext = hsm.engine.encrypt(engineKey, plaintext, aad);
  if (!shown) {
    plaintext.fill(0);
    return { ciphertext };
  }
  if (recipient === undefined) return { plaintext, ciphertext };
  return revealAs(hsm, plaintext, recipient).then((revealed) => ({ ...revealed, ciphertext }));
}

async function encryptRandomPair(
  hsm: Hsm,
  session: Session,
  { key, kind, aad, reveal: shown, recipient }: CommandInput<'encryptRandomPair'>,
): Promise<CommandOutput<'encryptRandomPair'>> {
  const { engine } = hsm;
  const { engineKey } = hsm.keys.usable(key, session, 'encrypt');
  const pair: EngineKey = await makePair(hsm, kind);
  const material = engine.exportMaterial(pair);
  const sealed = {
    publicKey: engine.exportPublicKey(pair),
    ciphertext: engine.encrypt(engineKey, material, aad),
  };
  if (shown)
    return {
      ...sealed,
      privateKey: recipient === undefined ? material : await reveal(engine, material, recipient),
    };
  material.fill(0);
  return sealed;
}
