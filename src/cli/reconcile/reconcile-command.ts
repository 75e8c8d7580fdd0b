import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { describeCluster } from '../api.ts';
import { logsOf } from '../hsm/audit-log.ts';
import { attempt, type CliIo, type Env } from '../io.ts';
import { table } from '../table.ts';
import { readHsmLogs } from './hsm-log.ts';
import { readKmsTrail, type TrailLine } from './kms-trail.ts';
import { reconcile, type Report } from './reconcile.ts';

export interface ReconcileSurroundings {
  readonly env: Env;
  readonly io: CliIo;
  /** All events of the trail in a data folder. */
  readonly readTrail: (dataFolder: string) => AsyncIterable<TrailLine>;
}

interface Options {
  readonly data: string;
  readonly hsmLog: readonly string[];
  readonly clusterId?: string;
  readonly caFile?: string;
  readonly json?: true;
}

const HELP = `
The HSMs keep their logs without KMS, and KMS keeps its trail without the HSMs. Whoever makes, uses, changes or deletes a
key of KMS's behind its back shows in the one and not in the other; so does a KMS that claims what it never did. Uses
are compared while the HSMs record them: keyhold hsm audit policy --key-use true. Exit code 1 if there are findings.

First see that both are whole: keyhold audit verify, keyhold hsm audit verify.

Examples:
  keyhold audit reconcile --data DIR --hsm-log audit.ndjson
  CLOUDHSM_ROLE=auditor CLOUDHSM_PIN=carol:… keyhold audit reconcile --data DIR --cluster-id cluster-… --ca-file customerCA.crt`;

const collect = (one: string, before: readonly string[]): readonly string[] => [...before, one];

/** `keyhold audit reconcile`: what HSMs and KMS recorded of the same keys, held against each other. */
export function reconcileCommand({ env, io, readTrail }: ReconcileSurroundings): Command {
  return new Command('reconcile')
    .description("compare the HSMs' own logs with KMS's trail")
    .option(
      '--data <folder>',
      'data folder of `keyhold up`, or a copy',
      env['KEYHOLD_DATA'] || '.keyhold',
    )
    .option(
      '--hsm-log <file>',
      'what `keyhold hsm audit export` printed; may be repeated',
      collect,
      [],
    )
    .option(
      '--cluster-id <id>',
      'read the logs from this cluster’s HSMs instead, as CLOUDHSM_ROLE and CLOUDHSM_PIN say',
    )
    .option(
      '--ca-file <file>',
      'certificate of the CA that signed the cluster certificate (default: $CLOUDHSM_CA_FILE)',
    )
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action((options: Options) =>
      attempt(io, async () => {
        const hsm = await readHsmLogs(
          options.hsmLog.length > 0 ? linesOf(options.hsmLog) : liveLogs({ env, io }, options),
        );
        const report = reconcile(hsm, await readKmsTrail(readTrail(options.data)));
        io.out(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : textOf(report));
        if (report.findings.length > 0) io.setExitCode(1);
      }),
    );
}

async function* linesOf(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files)
    yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
}

function liveLogs(
  { env, io }: Pick<ReconcileSurroundings, 'env' | 'io'>,
  options: Options,
): AsyncIterable<string> {
  return logsOf(
    { env, io, describeCluster: (clusterId) => describeCluster(env, clusterId) },
    options,
  );
}

function textOf({ clusters, keys, agreed, takenBack, findings }: Report): string {
  const rows = findings.map(({ time, deed, onlyIn, keyHandle, keyArn = '-', what, where }) => {
    return [
      time,
      deed,
      onlyIn === 'hsm' ? 'behind KMS’s back' : 'not in the HSMs',
      keyHandle,
      keyArn,
      what,
      where,
    ];
  });
  return [
    findings.length === 0
      ? 'The HSMs and KMS agree.\n'
      : table(['TIME', 'KEY WAS', 'HOW', 'HANDLE', 'KEY', 'WHAT', 'WHERE'], rows),
    `Clusters: ${clusters.join(', ') || 'none'}; keys of KMS: ${keys}; records that agree: ${agreed}; keys taken back: ${takenBack}\n`,
  ].join('');
}
