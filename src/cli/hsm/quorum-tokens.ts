import { Option, type Command } from 'commander';
import { tokenServices, type KeyFilter, type TokenService } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { addSignature, tokenIn, writeTokenFile } from './approval-file.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesFrom, bytesTo } from './files.ts';
import { oneKey, withFilter } from './find-keys.ts';
import { withLogin } from './login.ts';
import { reference, tokenShape } from './shapes.ts';

interface GenerateOptions extends TargetOptions {
  readonly service: TokenService;
  readonly token: string;
  readonly filter?: KeyFilter;
}

interface ApproveOptions extends TargetOptions {
  readonly token: string;
  readonly username: string;
  readonly signature?: string;
  readonly signaturePath?: string;
}

/**
 * Adds the commands for tokens: the user of a protected command gets a token, approvers sign it,
 * and the command sends the signatures.
 */
export function addTokenCommands(sign: Command, context: HsmContext): void {
  withFilter(
    sign
      .command('generate')
      .description('get a token for approvers to sign; key-deletion requires --filter'),
    'filter',
    false,
  )
    .addOption(
      new Option('--service <service>', 'service that requires the approval')
        .choices(tokenServices)
        .makeOptionMandatory(),
    )
    .requiredOption('--token <file>', 'file to write the token to')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm quorum token-sign generate --service user --token user.token',
    )
    .action(act(context, generate));
  addSigningCommands(sign, context);
  sign
    .command('list')
    .description('list the valid tokens')
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign list')
    .action(act(context, list));
  sign
    .command('delete')
    .description('delete tokens')
    .addOption(
      new Option('--scope <scope>', 'your own tokens, or (as admin) all')
        .choices(['user', 'all'])
        .makeOptionMandatory(),
    )
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign delete --scope user')
    .action(act(context, remove));
}

/** Adds the commands of approvers. They work on a token file, without the HSMs. */
function addSigningCommands(sign: Command, context: HsmContext): void {
  sign
    .command('digest')
    .description('write the SHA-256 digest that approvers sign, from a token file')
    .requiredOption('--token <file>', 'token file')
    .option('--path <file>', 'file to write the digest to, instead of base64 in the output')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm quorum token-sign digest --token user.token --path digest\n  openssl pkeyutl -sign -inkey bob.key -pkeyopt digest:sha256 -in digest -out bob.sig',
    )
    .action(
      act(context, (_, { token, path }: { token: string; path?: string }) =>
        Promise.resolve(bytesTo('digest', tokenIn(token).digest, path)),
      ),
    );
  sign
    .command('show')
    .description('show what a token file asks approvers to approve')
    .requiredOption('--token <file>', 'token file')
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign show --token user.token')
    .action(act(context, show));
  sign
    .command('approve')
    .description('add an approver’s signature to a token file')
    .requiredOption('--token <file>', 'token file')
    .requiredOption('--username <name>', 'name of the approver')
    .option('--signature <base64>', 'signature')
    .option('--signature-path <file>', 'file with the signature')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm quorum token-sign approve --token user.token --username bob --signature-path bob.sig',
    )
    .action(act(context, approve));
}

async function generate(
  context: HsmContext,
  { service, token: path, filter, ...target }: GenerateOptions,
): Promise<object> {
  return withLogin(context, target, async (connection) => {
    const key = filter && (await oneKey(connection, filter));
    const token = await connection.call('generateQuorumToken', {
      service,
      ...(key && { keyHandle: key.handle }),
    });
    writeTokenFile(path, service, token);
    return { path, 'expires-at': new Date(token.expiresAt).toISOString() };
  });
}

async function show(_context: HsmContext, { token }: { readonly token: string }): Promise<object> {
  const { approved, operation } = tokenIn(token);
  const { service, username, createdAt, keyHandle } = approved;
  return {
    service,
    username,
    'created-at': new Date(createdAt).toISOString(),
    ...(keyHandle !== undefined && { 'key-reference': reference(keyHandle) }),
    operation:
      operation === undefined ? `any operation of service ${service}` : JSON.parse(operation),
  };
}

async function approve(
  _context: HsmContext,
  { token, username, signature, signaturePath }: ApproveOptions,
): Promise<string> {
  addSignature(token, username.toLowerCase(), bytesFrom('signature', signature, signaturePath));
  return 'Signature added';
}

async function list(context: HsmContext, options: TargetOptions): Promise<object> {
  return withLogin(context, options, async (connection) => ({
    tokens: (await connection.call('listQuorumTokens', {})).tokens.map(tokenShape),
  }));
}

async function remove(
  context: HsmContext,
  { scope, ...target }: TargetOptions & { readonly scope: 'user' | 'all' },
): Promise<string> {
  return withLogin(context, target, async (connection) => {
    const { deleted } = await connection.call('deleteQuorumTokens', { scope });
    return `Deleted ${deleted} tokens`;
  });
}
