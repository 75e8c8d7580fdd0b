import { whenReady } from '../../base/index.ts';
import type { Hsm } from '../hsm.ts';
import { amend, fromTemplate, matcher, type Key } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import {
  HsmError,
  keyPairKinds,
  secretKeyTypes,
  type CommandInput,
  type CommandOutput,
  type KeyFilter,
} from '../wire/index.ts';
import { approval } from './approve.ts';
import { ADMIN_OR_CRYPTO_USER, CRYPTO_USER, entryOf, type CommandsOf } from './command.ts';
import {
  eitherOf,
  fields,
  flag,
  integer,
  keyHandle,
  mapOf,
  oneOf,
  optional,
  text,
} from './input.ts';
import { copies, describeKey, storeKey, storeKeyPair, template } from './new-key.ts';
import { setTrusted } from './trust.ts';

type Empty = Readonly<Record<string, never>>;

const MAX_PAGE = 1_000;
/** CloudHSM's limit for generic secrets. The engine checks the length of AES keys. */
const MAX_SECRET_BYTES = 800;
const anyValue = eitherOf(eitherOf(text(1024), flag), integer(0, Number.MAX_SAFE_INTEGER));
const filter = fields<KeyFilter>({
  handle: optional(keyHandle),
  attributes: optional(mapOf(anyValue, 64)),
});

/** Creation, search, modification and destruction of keys. */
export const keyCommands: CommandsOf<
  'generateKey' | 'generateKeyPair' | 'exportPublicKey' | 'findKeys' | 'setAttribute' | 'destroyKey'
> = {
  generateKey: {
    by: CRYPTO_USER,
    opcode: 'CN_GENERATE_KEY',
    input: fields<CommandInput<'generateKey'>>({
      keyType: oneOf(...secretKeyTypes),
      length: integer(1, MAX_SECRET_BYTES),
      template,
      minimumCopies: copies,
    }),
    run: (hsm, session, { keyType, length, template, minimumCopies }) => {
      const newKey = fromTemplate(template, session.username, 'generated');
      return whenReady(hsm.engine.generate(keyType, length), (engineKey) => {
        const key = { ...newKey, engineKey };
        return storeKey(hsm, session, key, { opcode: 'CN_GENERATE_KEY', minimumCopies });
      });
    },
  },
  generateKeyPair: {
    by: CRYPTO_USER,
    opcode: 'CN_GENERATE_KEY_PAIR',
    work: 'asymmetric',
    input: fields<CommandInput<'generateKeyPair'>>({
      kind: oneOf(...keyPairKinds),
      publicTemplate: template,
      privateTemplate: template,
      minimumCopies: copies,
    }),
    run: generateKeyPair,
  },
  exportPublicKey: {
    by: CRYPTO_USER,
    input: fields({ key: keyHandle }),
    run: ({ keys, engine }, session, { key }) => {
      const publicKey = engine.exportPublicKey(keys.get(key, session).engineKey);
      return whenReady(publicKey, (bytes) => ({ publicKey: bytes }));
    },
  },
  findKeys: {
    by: ADMIN_OR_CRYPTO_USER,
    input: fields<CommandInput<'findKeys'>>({
      filter,
      after: optional(keyHandle),
      limit: integer(1, MAX_PAGE),
    }),
    run: findKeys,
  },
  setAttribute: {
    by: ADMIN_OR_CRYPTO_USER,
    opcode: 'CN_MODIFY_OBJECT',
    input: fields<CommandInput<'setAttribute'>>({
      handle: keyHandle,
      name: text(64),
      value: eitherOf(text(1024), flag),
    }),
    run: setAttribute,
  },
  destroyKey: {
    by: CRYPTO_USER,
    opcode: 'CN_TOMBSTONE_OBJECT',
    quorum: ({ keys }, session, { handle, approval }) => {
      return keys.get(handle, session).fixed.token
        ? { service: 'key-deletion', keyHandle: handle, approval }
        : undefined;
    },
    input: fields<CommandInput<'destroyKey'>>({ handle: keyHandle, approval }),
    run: destroyKey,
  },
};

async function generateKeyPair(
  hsm: Hsm,
  session: Session,
  { kind, publicTemplate, privateTemplate, minimumCopies }: CommandInput<'generateKeyPair'>,
): Promise<CommandOutput<'generateKeyPair'>> {
  const engineKey = await hsm.keyPairs.generate(kind);
  const privateKey = { ...fromTemplate(privateTemplate, session.username, 'generated'), engineKey };
  const { token } = privateKey.fixed;
  const publicKey = {
    ...fromTemplate({ ...publicTemplate, token }, session.username, 'generated'),
    engineKey: await hsm.engine.publicHalf(engineKey),
  };
  await storeKeyPair(
    hsm,
    session,
    { publicKey, privateKey },
    { opcode: 'CN_GENERATE_KEY_PAIR', minimumCopies },
  );
  return { publicKey: describeKey(hsm, publicKey), privateKey: describeKey(hsm, privateKey) };
}

function findKeys(
  hsm: Hsm,
  session: Session,
  { filter, after = '', limit }: CommandInput<'findKeys'>,
): CommandOutput<'findKeys'> {
  const matches = hsm.keys.visible(session).filter(matcher(filter));
  const rest = matches
    .filter((key) => key.handle > after)
    .toSorted((a, b) => (a.handle < b.handle ? -1 : 1));
  return { keys: rest.slice(0, limit).map((key) => describeKey(hsm, key)), total: matches.length };
}

async function setAttribute(
  hsm: Hsm,
  session: Session,
  { handle, name, value }: CommandInput<'setAttribute'>,
): Promise<Empty> {
  const key = changeableBy(hsm, session, handle, name);
  const changeable = amend(key, name, value);
  if (name === 'trusted') {
    await setTrusted(hsm, session, key, changeable.trusted);
    return {};
  }
  const entry = entryOf(session, 'CN_MODIFY_OBJECT', { keyHandle: handle, detail: name });
  const changed = { ...key, changeable };
  if (key.fixed.token) await hsm.replicate(hsm.keys.alteration(changed), entry);
  else {
    hsm.audit.note(entry);
    hsm.keys.putSessionKey(changed, session);
  }
  return {};
}

/**
 * Returns the key if the session may set this attribute: admins set `trusted`, owners everything
 * else.
 */
function changeableBy(hsm: Hsm, session: Session, handle: string, name: string): Key {
  if ((name === 'trusted') !== (session.role === 'admin'))
    throw new HsmError('not-permitted', `a ${session.role} may not set ${name}`);
  return session.role === 'admin' ? hsm.keys.anyTokenKey(handle) : hsm.keys.owned(handle, session);
}

async function destroyKey(
  hsm: Hsm,
  session: Session,
  { handle }: CommandInput<'destroyKey'>,
): Promise<Empty> {
  const key = hsm.keys.owned(handle, session);
  if (!key.changeable.destroyable)
    throw new HsmError('not-permitted', 'the key is not destroyable');
  if (key.fixed.token)
    await hsm.replicate(
      hsm.keys.destruction(key),
      entryOf(session, 'CN_TOMBSTONE_OBJECT', { keyHandle: handle }),
    );
  else {
    hsm.audit.note(entryOf(session, 'CN_DESTROY_OBJECT', { keyHandle: handle }));
    hsm.keys.dropSessionKey(handle);
  }
  return {};
}
