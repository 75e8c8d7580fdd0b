import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { InvalidArgumentError, type Command } from 'commander';
import { attempt, CliError } from '../io.ts';
import { act } from './answer.ts';
import { logOf } from './audit-log.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';
import { targetOf } from './target.ts';
import { verifyAudit, type VerifiedLog } from './verify-audit.ts';

interface PolicyOptions extends TargetOptions {
  readonly keyUse?: boolean;
}

interface ExportOptions extends TargetOptions {
  readonly nonce?: string;
}

interface VerifyOptions {
  readonly nonce?: string;
  readonly file: string;
  readonly manufacturerRoot?: string;
  readonly publicKey?: string;
}

const EXPORT_HELP = `
With the nonce, the verifier can see that no record is missing. Choose it at random for each export.

Examples:
  CLOUDHSM_ROLE=auditor CLOUDHSM_PIN=carol:… keyhold hsm audit export --nonce $(openssl rand -hex 16) > audit.ndjson
  CLOUDHSM_ROLE=auditor CLOUDHSM_PIN=carol:… keyhold hsm audit export > audit.ndjson`;

const VERIFY_HELP = `
The output names the records that the HSM's signature vouches for. A log can be cut after any of its signed records.
Only the nonce, which the HSM has signed as well, shows that the log was complete when it was exported.

Examples:
  keyhold hsm audit verify --file audit.ndjson --manufacturer-root manufacturer-root.crt --nonce NONCE
  keyhold hsm audit verify --file audit.ndjson --manufacturer-root manufacturer-root.crt`;

export function addAuditCommands(hsm: Command, context: HsmContext): void {
  const audit = hsm.command('audit').description("the HSMs' own audit logs");
  audit
    .command('export')
    .description('print the audit log of every HSM, one JSON record per line (as admin or auditor)')
    .option(
      '--nonce <nonce>',
      'random text of the verifier, which the HSMs sign with their logs',
      parseNonce,
    )
    .addHelpText('after', EXPORT_HELP)
    .action((_: unknown, command: Command) =>
      exportAll(context, command.optsWithGlobals<ExportOptions>()),
    );
  audit
    .command('policy')
    .description(
      'show what the HSMs record, or (as admin) set whether they record each use of a key',
    )
    .option('--key-use <value>', 'true or false', parseFlag)
    .addHelpText(
      'after',
      '\nExamples:\n  keyhold hsm audit policy\n  keyhold hsm audit policy --key-use true',
    )
    .action(act(context, policy));
  audit
    .command('verify')
    .description(
      'verify an exported audit log offline: unchanged, signed by genuine hardware, and complete up to which record',
    )
    .requiredOption('--file <file>', 'output of audit export')
    .option(
      '--manufacturer-root <file>',
      'certificate of the HSMs’ manufacturer (certificates/manufacturer-root.crt of the data folder)',
    )
    .option('--public-key <file>', 'PEM file with the hardware key, for the log of a single HSM')
    .option(
      '--nonce <nonce>',
      'nonce of the export: fails if a log is older, or was cut',
      parseNonce,
    )
    .addHelpText('after', VERIFY_HELP)
    .action(act(context, (_context, options: VerifyOptions) => verify(options)));
}

async function policy(context: HsmContext, options: PolicyOptions): Promise<object> {
  return withLogin(context, options, async (connection) => {
    if (options.keyUse !== undefined)
      await connection.call('setAuditPolicy', { cryptography: options.keyUse });
    const { cryptography } = await connection.call('getAuditPolicy', {});
    return { management: true, 'key-use': cryptography };
  });
}

function parseFlag(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('Must be true or false.');
  return text === 'true';
}

function parseNonce(text: string): string {
  if (/^[A-Za-z0-9_-]{16,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Must be 16 to 64 letters, digits, - or _.');
}

async function verify({
  file,
  manufacturerRoot,
  publicKey,
  nonce,
}: VerifyOptions): Promise<object> {
  const trusted = manufacturerRoot ?? publicKey;
  if (trusted === undefined)
    throw new CliError(
      'missing trust root: pass --manufacturer-root FILE, or --public-key FILE for a single HSM',
    );
  const pem = readFileSync(trusted, 'utf8');
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const logs = await verifyAudit(
    lines,
    manufacturerRoot === undefined ? { publicKey: pem } : { manufacturerRoot: pem },
    nonce,
  );
  return { logs: logs.map(shapeOf) };
}

function shapeOf({
  hsmId,
  serialNumber,
  records,
  signedRecords,
  signedAt,
  answersNonce,
}: VerifiedLog) {
  return {
    'hsm-id': hsmId,
    'serial-number': serialNumber,
    records,
    'signed-records': signedRecords,
    'signed-at': new Date(signedAt).toISOString(),
    'answers-nonce': answersNonce,
    'vouched-for': `the first ${signedRecords} records, unchanged and complete`,
    'not-vouched-for': answersNonce
      ? 'what happened after the export'
      : `records after the first ${signedRecords}, in the file or cut from it`,
  };
}

/**
 * Prints the complete log of every HSM. If one HSM cannot be read, prints the others and then
 * fails.
 */
async function exportAll(context: HsmContext, options: ExportOptions): Promise<void> {
  const { io } = context;
  await attempt(io, async () => {
    const { addresses, trust } = await targetOf(context, options);
    for (const address of addresses) {
      await attempt(io, async () => {
        for await (const line of logOf(context, address, trust, options.nonce)) io.out(line);
      });
    }
  });
}
