import { Option, type Command } from 'commander';
import { tokenServices, type KeyFilter, type TokenService } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { addSignature, digestIn, writeTokenFile } from './approval-file.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesFrom, bytesTo } from './files.ts';
import { oneKey, withFilter } from './find-keys.ts';
import { withLogin } from './login.ts';
import { tokenShape } from './shapes.ts';

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
 * Tokens: who wants something gets one, others sign it, and the command carries what they signed.
 */
export function addTokenCommands(sign: Command, context: HsmContext): void {
  withFilter(
    sign
      .command('generate')
      .description('get a token, to be signed by approvers; for key-deletion name the key'),
    'filter',
    false,
  )
    .addOption(
      new Option('--service <service>', 'for what').choices(tokenServices).makeOptionMandatory(),
    )
    .requiredOption('--token <file>', 'write the token there')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm quorum token-sign generate --service user --token user.token',
    )
    .action(act(context, generate));
  addSigningCommands(sign, context);
  sign.command('list').description('list the tokens that are good').action(act(context, list));
  sign
    .command('delete')
    .description('delete tokens')
    .addOption(
      new Option('--scope <scope>', 'one’s own, or (as admin) all')
        .choices(['user', 'all'])
        .makeOptionMandatory(),
    )
    .action(act(context, remove));
}

/** What approvers do with a token file, away from the HSMs. */
function addSigningCommands(sign: Command, context: HsmContext): void {
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
      act(context, (_, { token, path }: { token: string; path?: string }) =>
        Promise.resolve(bytesTo('digest', digestIn(token), path)),
      ),
    );
  sign
    .command('approve')
    .description('add an approver’s signature to a token file')
    .requiredOption('--token <file>', 'the token file')
    .requiredOption('--username <name>', 'who signed')
    .option('--signature <base64>', 'the signature')
    .option('--signature-path <file>', 'a file with it')
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
