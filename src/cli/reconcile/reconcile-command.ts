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

export interface ReconcileContext {
  readonly env: Env;
  readonly io: CliIo;
  /** Reads all events of the trail in a data folder. */
  readonly readTrail: (dataFolder: string) => AsyncIterable<TrailLine>;
}

interface Options {
  readonly data: string;
  readonly hsmLog: readonly string[];
  readonly clusterId?: string;
  readonly caFile?: string;
  readonly clusterCertificate?: string;
  readonly json?: true;
}

const HELP = `
HSMs and KMS keep their records independently. A user that creates, uses, changes or deletes a key of KMS without KMS
appears only in the HSMs' logs. A call that KMS recorded but never made appears only in its trail. Uses are compared only
while the HSMs record them: keyhold hsm audit policy --key-use true. Exit code 1 if there are findings.

First check that both are intact: keyhold audit verify, keyhold hsm audit verify.

Examples:
  keyhold audit reconcile --data DIR --hsm-log audit.ndjson
  CLOUDHSM_ROLE=auditor CLOUDHSM_PIN=carol:… keyhold audit reconcile --data DIR --cluster-id cluster-… --ca-file customerCA.crt`;

const collect = (one: string, previous: readonly string[]): readonly string[] => [...previous, one];

/** `keyhold audit reconcile`: compares the records of HSMs and KMS about the same keys. */
export function reconcileCommand({ env, io, readTrail }: ReconcileContext): Command {
  return new Command('reconcile')
    .description("compare the HSMs' own logs with KMS's trail")
    .option(
      '--data <folder>',
      'data folder of `keyhold up`, or a copy',
      env['KEYHOLD_DATA'] || '.keyhold',
    )
    .option('--hsm-log <file>', 'output of `keyhold hsm audit export`; repeatable', collect, [])
    .option(
      '--cluster-id <id>',
      'read the logs from the HSMs of this cluster instead, logged in by CLOUDHSM_ROLE and CLOUDHSM_PIN',
    )
    .option(
      '--ca-file <file>',
      'certificate of the CA that signed the cluster certificate (default: $CLOUDHSM_CA_FILE)',
    )
    .option(
      '--cluster-certificate <file>',
      'certificate that the CA issued for the cluster (default: $CLOUDHSM_CLUSTER_CERTIFICATE, or that of DescribeClusters)',
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
  { env, io }: Pick<ReconcileContext, 'env' | 'io'>,
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
      onlyIn === 'hsm' ? 'HSMs only' : 'KMS only',
      keyHandle,
      keyArn,
      what,
      where,
    ];
  });
  return [
    findings.length === 0
      ? 'The HSMs and KMS agree.\n'
      : table(['TIME', 'KEY WAS', 'RECORDED BY', 'HANDLE', 'KEY', 'WHAT', 'WHERE'], rows),
    `Clusters: ${clusters.join(', ') || 'none'}; keys of KMS: ${keys}; records that agree: ${agreed}; keys rolled back: ${takenBack}\n`,
  ].join('');
}
