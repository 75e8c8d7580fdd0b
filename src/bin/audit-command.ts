import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { ChainHead, TrailReport } from '../audit/index.ts';
import { systemClock } from '../base/index.ts';
import { reconcile } from './clients.ts';
import { knownTrail, knownTrailsFile, rememberTrail, type KnownTrail } from './known-trails.ts';

interface Options {
  readonly data: string;
  readonly name?: string;
  readonly key?: string;
  readonly head?: ChainHead;
  readonly forget?: true;
  readonly json?: true;
}

const HELP = `
Reads the files of the trail and its checkpoints. Keyhold may be running or stopped. Exit code 1 if a check fails.

The checkpoints' signatures vouch for the events up to the newest checkpoint, and the output names them. Later events,
of the last minute, are only chained: write access to the files is enough to replace them, or to remove them together
with the newest checkpoints. Access to the checkpoint key is enough to write a new trail. Therefore the first
verification remembers the key, and each one the newest event, in ~/.config/keyhold/known-audit-trails.json
($XDG_CONFIG_HOME). A later verification fails if the key has changed, or if an event that was seen is missing or
different. Run it regularly, on another machine, on a copy of the folder.

Examples:
  keyhold audit verify --data DIR --key FINGERPRINT     the key that keyhold.log names
  keyhold audit verify --data COPY --name production    remember it by this name, not by the folder's
  keyhold audit verify --data DIR --head SEQUENCE:HASH  also compare with this event
  keyhold audit verify --data DIR --forget              after a change that you can explain`;

/**
 * `keyhold audit`: verifies the audit trail in a data folder, or in an auditor's copy of it,
 * without the server.
 */
export function auditCommand(): Command {
  const verify = new Command('verify')
    .description('check that no event of the audit trail was changed, removed or inserted')
    .option(
      '--data <folder>',
      'data folder of `keyhold up`, or a copy',
      process.env['KEYHOLD_DATA'] || '.keyhold',
    )
    .option('--name <name>', 'name that the trail is remembered by (default: the path of --data)')
    .option(
      '--key <fingerprint>',
      'required fingerprint of the key that signed the checkpoints (default: the remembered one)',
    )
    .option(
      '--head <sequence:hash>',
      'an event that must exist, as printed by an earlier verify, besides the remembered one',
      parseHead,
    )
    .option('--forget', 'first drop what is remembered of this trail')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action(verifyFolder);
  return new Command('audit')
    .description('the audit trail')
    .helpCommand(false)
    .addCommand(verify)
    .addCommand(reconcile());
}

function parseHead(text: string): ChainHead {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new InvalidArgumentError('Must be a number, a colon and 64 hex digits.');
  return { sequence: Number(sequence), hash };
}

/** Values of earlier verifications, and where they are. */
interface Comparison {
  readonly file: string;
  readonly name: string;
  readonly key: string | undefined;
  readonly known: KnownTrail | undefined;
}

async function verifyFolder(options: Options): Promise<void> {
  const { data, key, head, forget, json } = options;
  const folder = join(data, 'audit');
  if (!existsSync(folder)) {
    process.stderr.write(
      `keyhold: ${data} contains no audit trail; pass Keyhold's data folder with --data\n`,
    );
    process.exitCode = 1;
    return;
  }
  const { verifyTrail } = await import('../audit/index.ts');
  const file = knownTrailsFile(process.env);
  const name = options.name ?? realpathSync(data);
  const known = forget ? undefined : knownTrail(file, name);
  const heads = [...(head ? [head] : []), ...(known ? [known.head] : [])];
  const pinned = key ?? known?.key;
  const report = await verifyTrail(folder, { heads, ...(pinned !== undefined && { key: pinned }) });
  const comparison: Comparison = { file, name, key, known };
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...report, comparedWith: known ?? null }, undefined, 2)}\n`
      : textOf(report, comparison),
  );
  if (report.problems.length > 0) process.exitCode = 1;
  else remember(report, comparison);
}

/** Remembers the key and the newest event. A trail without a checkpoint has no key yet. */
function remember({ keys: [key], head }: TrailReport, { file, name }: Comparison): void {
  if (key === undefined) return;
  const verifiedAt = new Date(systemClock.now()).toISOString();
  try {
    rememberTrail(file, name, { key, head, verifiedAt });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown failure';
    process.stderr.write(
      `keyhold: the key and the newest event could not be remembered: ${reason}\n`,
    );
  }
}

function textOf(report: TrailReport, comparison: Comparison): string {
  const { files, events, first, head, checkpoints, keys, problems } = report;
  const verdict =
    problems.length === 0
      ? 'No change of the audit trail was found.'
      : 'The audit trail was changed, or is not complete:';
  return [
    verdict,
    ...problems.map((problem) => `  ${problem}`),
    ...(problems.length > 0 && comparison.known ? [adviceFor(comparison)] : []),
    `Events:           ${events} in ${files} files, from ${first} to ${head.sequence}`,
    `Checkpoints:      ${checkpoints}`,
    `Vouched for:      ${vouchedText(report)}`,
    `Not vouched for:  ${unvouchedText(report)}`,
    `Compared with:    ${comparedText(report, comparison)}`,
    `Signed by:        ${keys.join(', ') || 'no key'}${keyText(report, comparison)}`,
    `Head:             ${head.sequence}:${head.hash}`,
    '',
  ].join('\n');
}

function vouchedText({ vouched, problems }: TrailReport): string {
  if (!vouched || vouched.to < vouched.from) return 'no event';
  const events = `events ${vouched.from} to ${vouched.to}, by the checkpoint of ${vouched.at}`;
  return problems.length === 0 ? events : `${events}, except for the problems above`;
}

function unvouchedText({ vouched, head, bytesAfterLines }: TrailReport): string {
  const after = vouched?.to ?? 0;
  const rest = bytesAfterLines > 0 ? `, and ${bytesAfterLines} bytes after the last line` : '';
  return after < head.sequence
    ? `events ${after + 1} to ${head.sequence}, and any later ones that were removed${rest}`
    : `any events after ${head.sequence} that were removed${rest}`;
}

function comparedText({ first }: TrailReport, { known, name }: Comparison): string {
  if (!known) return `nothing: ${name} was not verified before by this user`;
  const { sequence } = known.head;
  const removed = sequence > 0 && sequence < first ? ', which retention has removed' : '';
  return `event ${sequence}${removed}, the newest on ${known.verifiedAt}`;
}

function keyText({ keys, problems }: TrailReport, { key, known }: Comparison): string {
  if (key !== undefined) return ' (compared with --key)';
  if (known) return ' (compared with the remembered key)';
  if (keys.length === 0 || problems.length > 0) return ' (not compared)';
  return '\n                  NOT compared, remembered from now on: check that it is the key in keyhold.log';
}

function adviceFor({ name, file }: Comparison): string {
  return `  ${name} is remembered in ${file}. If you can explain the change, for example by a new installation, run this command with --forget.`;
}
