import type { Command } from 'commander';
import { act } from './answer.ts';
import { registrationFrom } from './approval-file.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { withLogin } from './login.ts';

interface RegisterOptions extends TargetOptions, ApprovalOptions {
  readonly publicKey: string;
  readonly signedToken: string;
}

interface DeregisterOptions extends TargetOptions, ApprovalOptions {
  readonly username: string;
}

/** Adds the commands for the keys that users approve with. */
export function addChangeQuorumCommands(user: Command, context: HsmContext): void {
  const sign = user
    .command('change-quorum')
    .description('keys that users approve with')
    .command('token-sign')
    .description('approval by signed tokens');
  withApprovalOptions(sign.command('register'))
    .description('register your own key, with a signed token of service registration')
    .requiredOption('--public-key <file>', 'PEM file with an RSA-2048 or EC P-256 public key')
    .requiredOption('--signed-token <file>', 'token file with your signature')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm user change-quorum token-sign register --public-key bob.pem --signed-token registration.token',
    )
    .action(act(context, register));
  withApprovalOptions(sign.command('deregister'))
    .description('remove a user’s key (as admin)')
    .requiredOption('--username <name>', 'name of the user')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm user change-quorum token-sign deregister --username bob',
    )
    .action(act(context, deregister));
}

async function register(context: HsmContext, options: RegisterOptions): Promise<object> {
  const publicKey = bytesOfFile(options.publicKey).toString('utf8');
  const input = { publicKey, ...registrationFrom(options.signedToken) };
  const call = { service: 'user', command: 'registerQuorumKey', input } as const;
  return withLogin(context, options, (connection, { username, role }) =>
    callApproved(connection, call, options, () => ({ username, role })),
  );
}

async function deregister(context: HsmContext, options: DeregisterOptions): Promise<object> {
  const { username } = options;
  const call = { service: 'user', command: 'removeQuorumKey', input: { username } } as const;
  return withLogin(context, options, (connection) =>
    callApproved(connection, call, options, () => ({ username: username.toLowerCase() })),
  );
}
