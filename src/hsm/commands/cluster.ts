import { hashPassword } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { issueRecovery, Recovery } from '../recovery/index.ts';
import { ADMIN, isPassword, Users } from '../users/index.ts';
import { HsmError, type CommandInput, type CommandOutput } from '../wire/index.ts';
import type { CommandsOf } from './command.ts';
import { anyText, fields, flag, integer, list, nothing, optional, text } from './input.ts';
import { recoveryOrder } from './recovery.ts';

const PROTOCOL_VERSION = 1;

type Activation = CommandInput<'activate'>;

/** Information about the HSM, and activation by the cluster's owner. */
export const clusterCommands: CommandsOf<'hello' | 'info' | 'describeHardware' | 'activate'> = {
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
  describeHardware: {
    by: 'anyone',
    during: ['uninitialized', 'initialized', 'active'],
    input: nothing,
    run: ({ identity, membership }, { hardwareStatement }) => {
      const { manufacturerHardwareCertificate: hardwareCertificate } = identity.state;
      return {
        ...(hardwareCertificate !== undefined && { hardwareCertificate }),
        proof: membership.sign(hardwareStatement),
      };
    },
  },
  activate: {
    by: 'anyone',
    during: ['initialized'],
    input: fields<Activation>({
      password: anyText,
      recovery: optional(fields<NonNullable<Activation['recovery']>>(recoveryOrder)),
      guarded: optional(flag),
    }),
    run: (hsm, _client, input) => hsm.passwordQueue.run(ADMIN, () => activate(hsm, input)),
  },
};

async function activate(
  hsm: Hsm,
  { password, recovery, guarded = false }: Activation,
): Promise<CommandOutput<'activate'>> {
  if (!isPassword(password))
    throw new HsmError('invalid-argument', 'a password must have 7 to 32 characters');
  if (guarded && !recovery)
    throw new HsmError('invalid-argument', 'a guarded cluster needs recovery holders');
  const admin = Users.put({
    username: ADMIN,
    role: 'admin',
    password: await hashPassword(password),
  });
  if (hsm.lifecycle !== 'initialized')
    throw new HsmError('wrong-lifecycle', 'the cluster is already activated');
  const { set, issued } = recovery ? issueRecovery(recovery) : {};
  // First: after a crash in between, the cluster is not active yet and can be activated again.
  hsm.identity.update({ guarded });
  await hsm.replicate([admin, ...(set ? [Recovery.put(set)] : [])], {
    opcode: 'CN_CHANGE_PSWD',
    username: ADMIN,
    role: 'unactivated-admin',
    ...(set && { detail: `${guarded ? 'guarded, ' : ''}recovery key ${set.keyId}` }),
  });
  return issued ? { recovery: issued } : {};
}
