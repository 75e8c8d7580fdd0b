import { whenReady } from '../../base/index.ts';
import type { EngineKey, EngineResult } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import { fromTemplate, unionOf, type Key } from '../keys/index.ts';
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
import { readToken, tokenHeader } from './key-token.ts';
import { storeKey, template } from './new-key.ts';
import { checkTrustworthy } from './trust.ts';

const DEFAULT_MECHANISM: WrapMechanism = 'aes-kwp';
/** Mechanism for keys that the HSM does not keep. */
const BOUND_MECHANISM: WrapMechanism = 'aes-gcm-bound';
const NOTHING = new Uint8Array(0);
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
      template: optional(template),
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
      template: optional(template),
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
  if (mechanism === BOUND_MECHANISM)
    throw new HsmError('invalid-argument', `${mechanism} is for keys that the HSM does not keep`);
  const wrappingKey = hsm.keys.usable(wrappingHandle, session, 'wrap', 'unwrap');
  const key = hsm.keys.owned(handle, session);
  if (!key.fixed.extractable)
    throw new HsmError('key-not-extractable', 'the key is not extractable');
  return whenReady(checkWrapWithTrusted(hsm, key, wrappingKey), () =>
    whenReady(hsm.engine.wrap(wrappingKey.engineKey, mechanism, key.engineKey), (wrapped) => {
      hsm.audit.note(
        entryOf(session, 'CN_WRAP_KEY', { keyHandle: handle, detail: `with ${wrappingHandle}` }),
      );
      return { wrapped };
    }),
  );
}

/** Checks the wrapping key as when it was trusted: a private half may be here only since then. */
function checkWrapWithTrusted(hsm: Hsm, key: Key, wrappingKey: Key): EngineResult<void> {
  if (!key.changeable['wrap-with-trusted']) return;
  if (!wrappingKey.changeable.trusted)
    throw new HsmError('key-not-extractable', 'the key can be wrapped only with a trusted key');
  return checkTrustworthy(hsm, wrappingKey);
}

function unwrapKey(
  hsm: Hsm,
  session: Session,
  {
    wrappingKey: wrappingHandle,
    wrapped,
    template,
    mechanism = DEFAULT_MECHANISM,
    form = DEFAULT_FORM,
    binding = NOTHING,
  }: CommandInput<'unwrapKey'>,
): EngineResult<KeyInfo> {
  const wrappingKey = hsm.keys.usable(wrappingHandle, session, 'unwrap');
  const allowed = allowedTemplate(hsm, wrappingKey, form, template);
  const token = mechanism === BOUND_MECHANISM ? readToken(wrapped, form, binding) : undefined;
  const unwrapped = hsm.engine.unwrap(wrappingKey.engineKey, mechanism, {
    form,
    bytes: token?.sealed ?? wrapped,
    binding: token?.bound ?? binding,
  });
  return whenReady(unwrapped, (engineKey) => {
    const effective = token ? unionOf(token.template(), form, allowed) : allowed;
    const { fixed, ...rest } = fromTemplate(effective, session.username, 'unwrapped');
    const confined = hsm.keys.confines(wrappingKey) && ({ confined: true } as const);
    const key = { ...rest, fixed: { ...fixed, ...confined }, engineKey };
    return storeKey(hsm, session, key, { opcode: 'CN_UNWRAP_KEY' });
  });
}

/**
 * Returns the client's template with what the unwrapping key prescribes. A key that was wrapped
 * under a trusted key, or under a key that came from under one, can be wrapped only under a trusted
 * key. Otherwise a user who may unwrap a key could turn it into one that can be exported. Throws
 * HsmError `template-inconsistent`.
 */
function allowedTemplate(
  { keys }: Hsm,
  unwrappingKey: Key,
  form: KeyForm,
  template: KeyTemplate,
): KeyTemplate {
  const { unwrapTemplate = {}, confined = false } = unwrappingKey.fixed;
  const union = unionOf(unwrapTemplate, form, template);
  return confined || keys.wasTrusted(unwrappingKey)
    ? { ...union, 'wrap-with-trusted': true }
    : union;
}

async function generateWrappedKey(
  hsm: Hsm,
  session: Session,
  { wrappingKey: wrappingHandle, form, template = {}, binding }: CommandInput<'generateWrappedKey'>,
): Promise<CommandOutput<'generateWrappedKey'>> {
  const wrappingKey = tokenKey(hsm, session, wrappingHandle);
  checkTemplate(template, session);
  const header = tokenHeader(template, form);
  const key =
    form.class === 'private-key'
      ? await hsm.keyPairs.generate(form.type)
      : await hsm.engine.generate(form.type, form.length);
  const wrapped = await wrapAsToken(hsm, wrappingKey, key, { header, binding });
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
  { fromKey, mechanism, wrapped, form, template = {}, toKey, prefix }: CommandInput<'rewrapKey'>,
): Promise<CommandOutput<'rewrapKey'>> {
  if (mechanism === BOUND_MECHANISM)
    throw new HsmError('key-not-extractable', 'a bound key cannot be rewrapped');
  const { engine, keys } = hsm;
  const from = keys.usable(fromKey, session, 'unwrap');
  const to = tokenKey(hsm, session, toKey);
  const allowed = allowedTemplate(hsm, from, form, template);
  checkTemplate(allowed, session);
  const header = tokenHeader(allowed, form);
  const key = await engine.unwrap(from.engineKey, mechanism, { form, bytes: wrapped });
  const fingerprint = await engine.fingerprint(key, prefix);
  const rewrapped = await wrapAsToken(hsm, to, key, { header, binding: fingerprint });
  hsm.audit.note(
    entryOf(session, 'CN_UNWRAP_KEY', {
      keyHandle: fromKey,
      detail: `${form.type}, out under ${toKey}`,
    }),
  );
  return { wrapped: rewrapped, length: key.length, fingerprint, ...(await publicPart(hsm, key)) };
}

/**
 * Returns a key that can wrap key tokens. It must be trusted: the user may know other keys, and
 * would get what they wrap.
 */
function tokenKey({ keys }: Hsm, session: Session, handle: string): Key {
  const key = keys.usable(handle, session, 'wrap');
  if (!key.changeable.trusted || key.fixed.extractable)
    throw new HsmError('key-not-extractable', 'key tokens need a trusted key that stays here');
  return key;
}

/** Checks that a key can have this template when its token is opened. Throws HsmError. */
function checkTemplate(template: KeyTemplate, { username }: Session): void {
  fromTemplate(template, username, 'unwrapped');
}

async function wrapAsToken(
  { engine }: Hsm,
  wrappingKey: Key,
  key: EngineKey,
  { header, binding }: { readonly header: Buffer; readonly binding: Uint8Array },
): Promise<Uint8Array> {
  const bound = Buffer.concat([header, binding]);
  const sealed = await engine.wrap(wrappingKey.engineKey, BOUND_MECHANISM, key, bound);
  return Buffer.concat([header, sealed]);
}

async function publicPart(
  { engine }: Hsm,
  key: EngineKey,
): Promise<{ readonly publicKey?: Uint8Array }> {
  return key.class === 'private-key' ? { publicKey: await engine.exportPublicKey(key) } : {};
}
