import { InvalidArgumentError, Option, type Command } from 'commander';
import { quorumServices, tokenServices, type KeyFilter, type QuorumService, type TokenService } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { addSignature, approvalFrom, digestIn, registrationFrom, writeTokenFile } from './approval-file.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesFrom, bytesOfFile, bytesTo } from './files.ts';
import { oneKey, withFilter } from './find-keys.ts';
import { withLogin } from './login.ts';
import { tokenShape } from './shapes.ts';

export const APPROVAL = ['--approval <file>', 'token file with the approvals, where a quorum is asked for'] as const;

/** How long an HSM's token is good. */
const TOKEN_SECONDS = 600;

interface GenerateOptions extends TargetOptions {
  readonly service: TokenService;
  readonly token: string;
  readonly filter?: KeyFilter;
}

interface SetOptions extends TargetOptions {
  readonly service: QuorumService;
  readonly value: number;
  readonly approval?: string;
}

interface ApproveOptions extends TargetOptions {
  readonly token: string;
  readonly username: string;
  readonly signature?: string;
  readonly signaturePath?: string;
}

/** Approval by M of N: who wants something gets a token, others sign it, and the command carries what they signed. */
export function addQuorumCommands(hsm: Command, context: HsmContext): void {
  const sign = hsm.command('quorum').description('approval by several users').command('token-sign').description('by signed tokens');
  withFilter(sign.command('generate').description('get a token, to be signed by approvers; for key-deletion name the key'), 'filter', false)
    .addOption(serviceOption(tokenServices))
    .requiredOption('--token <file>', 'write the token there')
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign generate --service user --token user.token')
    .action(act(context, generate));
  sign
    .command('digest')
    .description('write what approvers sign, a SHA-256 digest, from a token file')
    .requiredOption('--token <file>', 'the token file')
    .option('--path <file>', 'write it there, not in base64 into the answer')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm quorum token-sign digest --token user.token --path digest\n  openssl pkeyutl -sign -inkey bob.key -pkeyopt digest:sha256 -in digest -out bob.sig',
    )
    .action(
      act(context, (_, { token, path }: { token: string; path?: string }) => Promise.resolve(bytesTo('digest', digestIn(token), path))),
    );
  sign
    .command('approve')
    .description('add an approver’s signature to a token file')
    .requiredOption('--token <file>', 'the token file')
    .requiredOption('--username <name>', 'who signed')
    .option('--signature <base64>', 'the signature')
    .option('--signature-path <file>', 'a file with it')
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign approve --token user.token --username bob --signature-path bob.sig')
    .action(act(context, approve));
  sign.command('list').description('list the tokens that are good').action(act(context, list));
  sign
    .command('delete')
    .description('delete tokens')
    .addOption(new Option('--scope <scope>', 'one’s own, or (as admin) all').choices(['user', 'all']).makeOptionMandatory())
    .action(act(context, remove));
  sign.command('list-quorum-values').description('how many approvals each service takes').action(act(context, listValues));
  sign.command('list-timeouts').description('how long tokens are good, in seconds').action(act(context, listTimeouts));
  sign
    .command('set-quorum-value')
    .description('set how many approvals a service takes (as admin); 1 is no quorum')
    .addOption(serviceOption(quorumServices))
    .requiredOption('--value <number>', 'from 1 to 8', parseValue)
    .option(...APPROVAL)
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign set-quorum-value --service user --value 2')
    .action(act(context, setValue));
}

/** The key with which a user approves. */
export function addChangeQuorumCommands(user: Command, context: HsmContext): void {
  const sign = user.command('change-quorum').description('the key that one approves with').command('token-sign').description('by tokens');
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
    .addHelpText('after', '\nExample:\n  keyhold hsm user change-quorum token-sign deregister --username bob')
    .action(act(context, deregister));
}

function serviceOption(services: readonly string[]): Option {
  return new Option('--service <service>', 'for what').choices(services).makeOptionMandatory();
}

function parseValue(text: string): number {
  if (!/^[1-8]$/.test(text)) throw new InvalidArgumentError('It is a number from 1 to 8.');
  return Number(text);
}

async function generate(context: HsmContext, { service, token: path, filter, ...target }: GenerateOptions): Promise<object> {
  return withLogin(context, target, async (connection) => {
    const key = filter && (await oneKey(connection, filter));
    const token = await connection.call('generateQuorumToken', { service, ...(key && { keyHandle: key.handle }) });
    writeTokenFile(path, service, token);
    return { path, 'expires-at': new Date(token.expiresAt).toISOString() };
  });
}

async function approve(_context: HsmContext, { token, username, signature, signaturePath }: ApproveOptions): Promise<string> {
  addSignature(token, username.toLowerCase(), bytesFrom('signature', signature, signaturePath));
  return 'Signature added';
}

async function list(context: HsmContext, options: TargetOptions): Promise<object> {
  return withLogin(context, options, async (connection) => ({
    tokens: (await connection.call('listQuorumTokens', {})).tokens.map(tokenShape),
  }));
}

async function remove(context: HsmContext, { scope, ...target }: TargetOptions & { readonly scope: 'user' | 'all' }): Promise<string> {
  return withLogin(context, target, async (connection) => {
    const { deleted } = await connection.call('deleteQuorumTokens', { scope });
    return `Deleted ${deleted} tokens`;
  });
}

async function listValues(context: HsmContext, options: TargetOptions): Promise<object> {
  return withLogin(context, options, async (connection) => (await connection.call('listQuorumValues', {})).values);
}

/** The HSMs have one time for all tokens, from their making on; cloudhsm-cli shows two. */
async function listTimeouts(): Promise<object> {
  return { generated: TOKEN_SECONDS, approved: TOKEN_SECONDS };
}

async function setValue(context: HsmContext, { service, value, approval, ...target }: SetOptions): Promise<string> {
  return withLogin(context, target, async (connection) => {
    await connection.call('setQuorumValue', { service, value, ...approvalFrom(approval) });
    return 'Set quorum value successful';
  });
}

async function register(
  context: HsmContext,
  { publicKey, signedToken, ...target }: TargetOptions & { readonly publicKey: string; readonly signedToken: string },
): Promise<object> {
  const pem = bytesOfFile(publicKey).toString('utf8');
  return withLogin(context, target, async (connection, { username, role }) => {
    await connection.call('registerQuorumKey', { publicKey: pem, ...registrationFrom(signedToken) });
    return { username, role };
  });
}

async function deregister(
  context: HsmContext,
  { username, approval, ...target }: TargetOptions & { readonly username: string; readonly approval?: string },
): Promise<object> {
  return withLogin(context, target, async (connection) => {
    await connection.call('removeQuorumKey', { username, ...approvalFrom(approval) });
    return { username: username.toLowerCase() };
  });
}
