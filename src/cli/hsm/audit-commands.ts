import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { connectHsm, type HsmAddress, type HsmConnection } from '../../hsm/client/index.ts';
import { AUDIT_FORMAT } from '../../hsm/wire/index.ts';
import { CliError, messageOf } from '../io.ts';
import { act } from './answer.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { asUser, loginFrom } from './login.ts';
import { addressesOf, trustAnchorOf } from './target.ts';
import { verifyAudit } from './verify-audit.ts';

interface VerifyOptions {
  readonly file: string;
  readonly manufacturerRoot?: string;
  readonly publicKey?: string;
}

/** Records asked for at a time. */
const PAGE = 500;

export function addAuditCommands(hsm: Command, context: HsmContext): void {
  const audit = hsm.command('audit').description("the HSMs' own audit logs");
  audit
    .command('export')
    .description('print the audit log of every HSM, one JSON record per line (as admin or auditor)')
    .addHelpText('after', '\nExample:\n  CLOUDHSM_ROLE=auditor CLOUDHSM_PIN=carol:… keyhold hsm audit export > audit.ndjson')
    .action((_: unknown, command: Command) => exportAll(context, command.optsWithGlobals()));
  audit
    .command('verify')
    .description('check an exported audit log, offline: no gap, no change, signed by genuine hardware')
    .requiredOption('--file <file>', 'what audit export printed')
    .option('--manufacturer-root <file>', 'certificate of the HSMs’ manufacturer (certificates/manufacturer-root.crt of the data folder)')
    .option('--public-key <file>', 'PEM of the hardware key of the one HSM whose log it is')
    .addHelpText('after', '\nExample:\n  keyhold hsm audit verify --file audit.ndjson --manufacturer-root manufacturer-root.crt')
    .action(act(context, (_context, options: VerifyOptions) => verify(options)));
}

async function verify({ file, manufacturerRoot, publicKey }: VerifyOptions): Promise<object> {
  const trusted = manufacturerRoot ?? publicKey;
  if (trusted === undefined) throw new CliError('say whom you trust: --manufacturer-root FILE, or --public-key FILE of one HSM');
  const pem = readFileSync(trusted, 'utf8');
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const logs = await verifyAudit(lines, manufacturerRoot === undefined ? { publicKey: pem } : { manufacturerRoot: pem });
  return {
    logs: logs.map(({ hsmId, serialNumber, records, signedRecords }) => ({
      'hsm-id': hsmId,
      'serial-number': serialNumber,
      records,
      'signed-records': signedRecords,
    })),
  };
}

/** One log per HSM, each whole: an HSM that can't be read makes the export fail, after the others are printed. */
async function exportAll(context: HsmContext, options: TargetOptions): Promise<void> {
  const { io } = context;
  try {
    const trustAnchor = trustAnchorOf(context, options);
    if (trustAnchor === undefined) throw new CliError('name the CA that signed the cluster certificate: --ca-file customerCA.crt');
    for (const address of await addressesOf(context, options)) {
      await attemptExport(context, address, trustAnchor);
    }
  } catch (error) {
    io.err(`keyhold: ${messageOf(error)}\n`);
    io.setExitCode(1);
  }
}

async function attemptExport(context: HsmContext, address: HsmAddress, trustAnchor: string): Promise<void> {
  try {
    await exportOne(context, address, trustAnchor);
  } catch (error) {
    context.io.err(`keyhold: ${messageOf(error)}\n`);
    context.io.setExitCode(1);
  }
}

async function exportOne(context: HsmContext, address: HsmAddress, trustAnchor: string): Promise<void> {
  const login = loginFrom(context.env);
  const connection = await connectHsm(address, { trustAnchor });
  try {
    await asUser(connection, login, () => printLog(context, connection));
  } finally {
    connection.close();
  }
}

/** Signed just before, so that nothing can be cut off unnoticed. */
async function printLog({ io }: HsmContext, connection: HsmConnection): Promise<void> {
  const { identity } = await connection.call('checkpointAudit', {});
  io.out(`${JSON.stringify({ format: AUDIT_FORMAT, ...identity })}\n`);
  for (let from = 0; ;) {
    const { records } = await connection.call('readAudit', { from, limit: PAGE });
    io.out(records.map((record) => `${JSON.stringify({ hsmId: connection.info.hsmId, ...record })}\n`).join(''));
    const last = records.at(-1);
    if (!last || records.length < PAGE) return;
    from = last.sequence + 1;
  }
}
