import type { Hsm } from '../hsm.ts';
import { sharedWith, unsharedWith, type Key } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type CommandInput } from '../wire/index.ts';
import { CRYPTO_USER, entryOf, type CommandsOf } from './command.ts';
import { fields, keyHandle, text } from './input.ts';

type Empty = Readonly<Record<string, never>>;
const input = fields<CommandInput<'shareKey'>>({ handle: keyHandle, username: text(64) });

/** Sharing of keys with other crypto users. */
export const sharingCommands: CommandsOf<'shareKey' | 'unshareKey'> = {
  shareKey: { by: CRYPTO_USER, opcode: 'CN_SHARE_OBJECT', input, run: shareKey },
  unshareKey: { by: CRYPTO_USER, opcode: 'CN_SHARE_OBJECT', input, run: unshareKey },
};

async function shareKey(
  hsm: Hsm,
  session: Session,
  { handle, username }: CommandInput<'shareKey'>,
): Promise<Empty> {
  const key = ownTokenKey(hsm, session, handle);
  const user = hsm.users.find(username);
  if (user?.role !== 'crypto-user')
    throw new HsmError('user-not-found', `there is no crypto-user ${username.toLowerCase()}`);
  if (user.username === session.username)
    throw new HsmError('invalid-argument', 'a key cannot be shared with its owner');
  await hsm.replicate(
    hsm.keys.alteration(sharedWith(key, user.username)),
    entryOf(session, 'CN_SHARE_OBJECT', { keyHandle: handle, detail: `with ${user.username}` }),
  );
  return {};
}

async function unshareKey(
  hsm: Hsm,
  session: Session,
  { handle, username }: CommandInput<'unshareKey'>,
): Promise<Empty> {
  const key = ownTokenKey(hsm, session, handle);
  const name = username.toLowerCase();
  await hsm.replicate(
    hsm.keys.alteration(unsharedWith(key, name)),
    entryOf(session, 'CN_SHARE_OBJECT', { keyHandle: handle, detail: `no longer with ${name}` }),
  );
  return {};
}

function ownTokenKey(hsm: Hsm, session: Session, handle: string): Key {
  const key = hsm.keys.owned(handle, session);
  if (!key.fixed.token) throw new HsmError('invalid-argument', 'a session key cannot be shared');
  return key;
}
