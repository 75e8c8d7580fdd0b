import { whenReady } from '../../base/index.ts';
import type { EngineKey, EngineResult } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import { fromTemplate, type Key } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import {
  HsmError,
  keyPairKinds,
  secretKeyTypes,
  wrapMechanisms,
  type CommandInput,
  type CommandOutput,
  type KeyForm,
  type KeyInfo,
  type KeyTemplate,
  type NewKeyForm,
  type WrapMechanism,
} from '../wire/index.ts';
import { CRYPTO_USER, entryOf, type CommandsOf } from './command.ts';
import {
  bytes,
  eitherOf,
  fields,
  integer,
  keyHandle,
  oneOf,
  optional,
  type Check,
} from './input.ts';
import { storeKey, template } from './new-key.ts';

const DEFAULT_MECHANISM: WrapMechanism = 'aes-kwp';
/** Mechanism for keys that the HSM does not keep. */
const BOUND_MECHANISM: WrapMechanism = 'aes-gcm-bound';
const DEFAULT_FORM: KeyForm = { class: 'secret-key', type: 'aes' };
const MAX_SECRET_BYTES = 800;

const mechanism = oneOf(...wrapMechanisms);
const secretForm = { class: oneOf('secret-key'), type: oneOf(...secretKeyTypes) };
const privateForm = fields({ class: oneOf('private-key'), type: oneOf(...keyPairKinds) });
const form: Check<KeyForm> = eitherOf(fields(secretForm), privateForm);
const newForm: Check<NewKeyForm> = eitherOf(
  fields({ ...secretForm, length: integer(1, MAX_SECRET_BYTES) }),
  privateForm,
);

/** Wrapping and unwrapping of keys. */
export const wrappingCommands: CommandsOf<
  'wrapKey' | 'unwrapKey' | 'generateWrappedKey' | 'rewrapKey'
> = {
  wrapKey: {
    by: CRYPTO_USER,
    opcode: 'CN_WRAP_KEY',
    input: fields<CommandInput<'wrapKey'>>({
      key: keyHandle,
      wrappingKey: keyHandle,
      mechanism: optional(mechanism),
    }),
    run: wrapKey,
  },
  unwrapKey: {
    by: CRYPTO_USER,
    opcode: 'CN_UNWRAP_KEY',
    input: fields<CommandInput<'unwrapKey'>>({
      wrappingKey: keyHandle,
      wrapped: bytes,
      template,
      mechanism: optional(mechanism),
      form: optional(form),
      binding: optional(bytes),
    }),
    run: unwrapKey,
  },
  generateWrappedKey: {
    by: CRYPTO_USER,
    opcode: 'CN_GENERATE_KEY',
    input: fields<CommandInput<'generateWrappedKey'>>({
      wrappingKey: keyHandle,
      form: newForm,
      binding: bytes,
    }),
    run: generateWrappedKey,
  },
  rewrapKey: {
    by: CRYPTO_USER,
    opcode: 'CN_UNWRAP_KEY',
    input: fields<CommandInput<'rewrapKey'>>({
      fromKey: keyHandle,
      mechanism,
      wrapped: bytes,
      form,
      toKey: keyHandle,
      prefix: bytes,
    }),
    run: rewrapKey,
  },
};

function wrapKey(
  hsm: Hsm,
  session: Session,
  {
    key: handle,
    wrappingKey: wrappingHandle,
    mechanism = DEFAULT_MECHANISM,
  }: CommandInput<'wrapKey'>,
): EngineResult<CommandOutput<'wrapKey'>> {
  const wrappingKey = hsm.keys.usable(wrappingHandle, session, 'wrap', 'unwrap');
  const key = hsm.keys.owned(handle, session);
  if (!key.fixed.extractable)
    throw new HsmError('key-not-extractable', 'the key is not extractable');
  if (key.changeable['wrap-with-trusted'] && !wrappingKey.changeable.trusted) {
    throw new HsmError('key-not-extractable', 'the key can be wrapped only with a trusted key');
  }
  const result = hsm.engine.wrap(wrappingKey.engineKey, mechanism, key.engineKey);
  return whenReady(result, (wrapped) => {
    hsm.audit.note(
      entryOf(session, 'CN_WRAP_KEY', { keyHandle: handle, detail: `with ${wrappingHandle}` }),
    );
    return { wrapped };
  });
}

function unwrapKey(
  hsm: Hsm,
  session: Session,
  input: CommandInput<'unwrapKey'>,
): EngineResult<KeyInfo> {
  const {
    wrappingKey: wrappingHandle,
    wrapped,
    template,
    mechanism = DEFAULT_MECHANISM,
    form = DEFAULT_FORM,
    binding,
  } = input;
  const wrappingKey = hsm.keys.usable(wrappingHandle, session, 'unwrap');
  const allowed = { ...template, ...confinement(wrappingKey, mechanism) };
  const unwrapped = hsm.engine.unwrap(wrappingKey.engineKey, mechanism, {
    form,
    bytes: wrapped,
    binding,
  });
  return whenReady(unwrapped, (engineKey) => {
    const key = { ...fromTemplate(allowed, session.username, 'unwrapped'), engineKey };
    return storeKey(hsm, session, key, { opcode: 'CN_UNWRAP_KEY' });
  });
}

/**
 * Restrictions on an unwrapped key. A key wrapped under a trusted key can be wrapped only under a
 * trusted key. A bound key cannot be wrapped again. Otherwise a user who may unwrap a key could
 * turn it into one that can be exported.
 */
function confinement({ changeable }: Key, mechanism: WrapMechanism): KeyTemplate {
  return {
    ...(changeable.trusted && { 'wrap-with-trusted': true }),
    ...(mechanism === BOUND_MECHANISM && { extractable: false }),
  };
}

async function generateWrappedKey(
  hsm: Hsm,
  session: Session,
  { wrappingKey: wrappingHandle, form, binding }: CommandInput<'generateWrappedKey'>,
): Promise<CommandOutput<'generateWrappedKey'>> {
  const wrappingKey = hsm.keys.usable(wrappingHandle, session, 'wrap');
  const key =
    form.class === 'private-key'
      ? await hsm.keyPairs.generate(form.type)
      : await hsm.engine.generate(form.type, form.length);
  const wrapped = await hsm.engine.wrap(wrappingKey.engineKey, BOUND_MECHANISM, key, binding);
  hsm.audit.note(
    entryOf(session, 'CN_GENERATE_KEY', {
      keyHandle: wrappingHandle,
      detail: `${form.type}, out under this key`,
    }),
  );
  return { wrapped, ...(await publicPart(hsm, key)) };
}

async function rewrapKey(
  hsm: Hsm,
  session: Session,
  { fromKey, mechanism, wrapped, form, toKey, prefix }: CommandInput<'rewrapKey'>,
): Promise<CommandOutput<'rewrapKey'>> {
  if (mechanism === BOUND_MECHANISM)
    throw new HsmError('key-not-extractable', 'a bound key cannot be rewrapped');
  const { engine, keys } = hsm;
  const from = keys.usable(fromKey, session, 'unwrap');
  const to = keys.usable(toKey, session, 'wrap');
  if (from.changeable.trusted && !to.changeable.trusted) {
    throw new HsmError(
      'key-not-extractable',
      'a key that was wrapped with a trusted key can be wrapped only with a trusted key',
    );
  }
  const key = await engine.unwrap(from.engineKey, mechanism, { form, bytes: wrapped });
  const fingerprint = await engine.fingerprint(key, prefix);
  const rewrapped = await engine.wrap(to.engineKey, BOUND_MECHANISM, key, fingerprint);
  hsm.audit.note(
    entryOf(session, 'CN_UNWRAP_KEY', {
      keyHandle: fromKey,
      detail: `${form.type}, out under ${toKey}`,
    }),
  );
  return { wrapped: rewrapped, length: key.length, fingerprint, ...(await publicPart(hsm, key)) };
}

async function publicPart(
  { engine }: Hsm,
  key: EngineKey,
): Promise<{ readonly publicKey?: Uint8Array }> {
  return key.class === 'private-key' ? { publicKey: await engine.exportPublicKey(key) } : {};
}
