import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { InvalidArgumentError, type Command } from 'commander';
import { attempt, CliError } from '../io.ts';
import { act } from './answer.ts';
import { logOf } from './audit-log.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';
import { targetOf } from './target.ts';
import { verifyAudit } from './verify-audit.ts';

interface PolicyOptions extends TargetOptions {
  readonly keyUse?: boolean;
}

interface VerifyOptions {
  readonly file: string;
  readonly manufacturerRoot?: string;
  readonly publicKey?: string;
}

export function addAuditCommands(hsm: Command, context: HsmContext): void {
  const audit = hsm.command('audit').description("the HSMs' own audit logs");
  audit
    .command('export')
    .description('print the audit log of every HSM, one JSON record per line (as admin or auditor)')
    .addHelpText(
      'after',
      '\nExample:\n  CLOUDHSM_ROLE=auditor CLOUDHSM_PIN=carol:… keyhold hsm audit export > audit.ndjson',
    )
    .action((_: unknown, command: Command) => exportAll(context, command.optsWithGlobals()));
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
      'verify an exported audit log offline: complete, unchanged, signed by genuine hardware',
    )
    .requiredOption('--file <file>', 'output of audit export')
    .option(
      '--manufacturer-root <file>',
      'certificate of the HSMs’ manufacturer (certificates/manufacturer-root.crt of the data folder)',
    )
    .option('--public-key <file>', 'PEM file with the hardware key, for the log of a single HSM')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm audit verify --file audit.ndjson --manufacturer-root manufacturer-root.crt',
    )
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

async function verify({ file, manufacturerRoot, publicKey }: VerifyOptions): Promise<object> {
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
  );
  return {
    logs: logs.map(({ hsmId, serialNumber, records, signedRecords }) => ({
      'hsm-id': hsmId,
      'serial-number': serialNumber,
      records,
      'signed-records': signedRecords,
    })),
  };
}

/**
 * Prints the complete log of every HSM. If one HSM cannot be read, prints the others and then
 * fails.
 */
async function exportAll(context: HsmContext, options: TargetOptions): Promise<void> {
  const { io } = context;
  await attempt(io, async () => {
    const { addresses, trust } = await targetOf(context, options);
    for (const address of addresses) {
      await attempt(io, async () => {
        for await (const line of logOf(context, address, trust)) io.out(line);
      });
    }
  });
}
