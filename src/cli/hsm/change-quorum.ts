import type { Command } from 'commander';
import { act } from './answer.ts';
import { APPROVAL, approvalFrom, registrationFrom } from './approval-file.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { withLogin } from './login.ts';

/** Adds the commands for the keys that users approve with. */
export function addChangeQuorumCommands(user: Command, context: HsmContext): void {
  const sign = user
    .command('change-quorum')
    .description('keys that users approve with')
    .command('token-sign')
    .description('approval by signed tokens');
  sign
    .command('register')
    .description('register your own key, with a signed token of service registration')
    .requiredOption('--public-key <file>', 'PEM file with an RSA-2048 or EC P-256 public key')
    .requiredOption('--signed-token <file>', 'token file with your signature')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm user change-quorum token-sign register --public-key bob.pem --signed-token registration.token',
    )
    .action(act(context, register));
  sign
    .command('deregister')
    .description('remove a user’s key (as admin)')
    .requiredOption('--username <name>', 'name of the user')
    .option(...APPROVAL)
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm user change-quorum token-sign deregister --username bob',
    )
    .action(act(context, deregister));
}

async function register(
  context: HsmContext,
  {
    publicKey,
    signedToken,
    ...target
  }: TargetOptions & { readonly publicKey: string; readonly signedToken: string },
): Promise<object> {
  const pem = bytesOfFile(publicKey).toString('utf8');
  return withLogin(context, target, async (connection, { username, role }) => {
    await connection.call('registerQuorumKey', {
      publicKey: pem,
      ...registrationFrom(signedToken),
    });
    return { username, role };
  });
}

async function deregister(
  context: HsmContext,
  {
    username,
    approval,
    ...target
  }: TargetOptions & { readonly username: string; readonly approval?: string },
): Promise<object> {
  return withLogin(context, target, async (connection) => {
    await connection.call('removeQuorumKey', { username, ...approvalFrom(approval) });
    return { username: username.toLowerCase() };
  });
}
