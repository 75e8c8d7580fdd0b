import type { Command } from 'commander';
import { connectHsm, type HsmAddress, type HsmConnection } from '../../hsm/client/index.ts';
import { CliError, messageOf } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { asUser, loginFrom } from './login.ts';
import { addressesOf, trustAnchorOf } from './target.ts';

/** Records asked for at a time. */
const PAGE = 500;

export function addAuditCommands(hsm: Command, context: HsmContext): void {
  const audit = hsm.command('audit').description("the HSMs' own audit logs");
  audit
    .command('export')
    .description('print the audit log of every HSM, one JSON record per line (as admin or auditor)')
    .addHelpText('after', '\nExample:\n  CLOUDHSM_ROLE=auditor CLOUDHSM_PIN=carol:… keyhold hsm audit export > audit.ndjson')
    .action((_: unknown, command: Command) => exportAll(context, command.optsWithGlobals()));
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

async function printLog({ io }: HsmContext, connection: HsmConnection): Promise<void> {
  for (let from = 0; ;) {
    const { records } = await connection.call('readAudit', { from, limit: PAGE });
    io.out(records.map((record) => `${JSON.stringify({ hsmId: connection.info.hsmId, ...record })}\n`).join(''));
    const last = records.at(-1);
    if (!last || records.length < PAGE) return;
    from = last.sequence + 1;
  }
}
