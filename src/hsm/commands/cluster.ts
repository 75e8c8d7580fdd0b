import { hashPassword } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { ADMIN, isPassword, Users } from '../users/index.ts';
import { HsmError } from '../wire/index.ts';
import type { CommandsOf } from './command.ts';
import { anyText, fields, integer, list, nothing, text } from './input.ts';

const PROTOCOL_VERSION = 1;

/** Information about the HSM, and activation by the cluster's owner. */
export const clusterCommands: CommandsOf<'hello' | 'info' | 'activate'> = {
  hello: {
    by: 'anyone',
    during: ['uninitialized', 'initialized', 'active'],
    input: fields({ versions: list(integer(0, 0xffff), 64), client: text(256) }),
    run: ({ info }, _client, { versions }) => {
      if (!versions.includes(PROTOCOL_VERSION))
        throw new HsmError(
          'unsupported-version',
          `this HSM supports protocol version ${PROTOCOL_VERSION} only`,
        );
      return { version: PROTOCOL_VERSION, info };
    },
  },
  info: {
    by: 'anyone',
    during: ['uninitialized', 'initialized', 'active'],
    input: nothing,
    run: ({ info }) => info,
  },
  activate: {
    by: 'anyone',
    during: ['initialized'],
    input: fields({ password: anyText }),
    run: (hsm, _client, { password }) =>
      hsm.passwordQueue.run(ADMIN, () => activate(hsm, password)),
  },
};

async function activate(hsm: Hsm, password: string): Promise<Readonly<Record<string, never>>> {
  if (!isPassword(password))
    throw new HsmError('invalid-argument', 'a password must have 7 to 32 characters');
  const admin = Users.put({
    username: ADMIN,
    role: 'admin',
    password: await hashPassword(password),
  });
  if (hsm.lifecycle !== 'initialized')
    throw new HsmError('wrong-lifecycle', 'the cluster is already activated');
  await hsm.replicate([admin], {
    opcode: 'CN_CHANGE_PSWD',
    username: ADMIN,
    role: 'unactivated-admin',
  });
  return {};
}
