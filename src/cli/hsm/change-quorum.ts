import type { Command } from 'commander';
import { act } from './answer.ts';
import { APPROVAL, approvalFrom, registrationFrom } from './approval-file.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { withLogin } from './login.ts';

/** The key with which a user approves. */
export function addChangeQuorumCommands(user: Command, context: HsmContext): void {
  const sign = user
    .command('change-quorum')
    .description('the key that one approves with')
    .command('token-sign')
    .description('by tokens');
  sign
    .command('register')
    .description('register one’s own key, with a signed token of service registration')
    .requiredOption('--public-key <file>', 'PEM of an RSA-2048 or EC P-256 public key')
    .requiredOption('--signed-token <file>', 'the token file, signed by oneself')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm user change-quorum token-sign register --public-key bob.pem --signed-token registration.token',
    )
    .action(act(context, register));
  sign
    .command('deregister')
    .description('remove a user’s key (as admin)')
    .requiredOption('--username <name>', 'whose')
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
