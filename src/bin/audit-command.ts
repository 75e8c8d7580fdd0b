import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Expected, TrailReport } from '../audit/index.ts';
import { reconcile } from './clients.ts';

interface Options {
  readonly data: string;
  readonly key?: string;
  readonly head?: Expected['head'];
  readonly json?: true;
}

const HELP = `
Reads the trail's files and checkpoints; Keyhold may run or not. Exit code 1 if anything is wrong.

Whoever can unseal the checkpoint key could write a trail anew. So keep the fingerprint and, from time to time, the head
that this prints in another place, and check against them:
  keyhold audit verify --data DIR --key FINGERPRINT --head SEQUENCE:HASH`;

/** `keyhold audit`: the audit trail in a data folder, read directly, as an auditor with a copy of it does. */
export function auditCommand(): Command {
  const verify = new Command('verify')
    .description('check that nothing in the audit trail was changed, removed or put in')
    .option(
      '--data <folder>',
      'data folder of `keyhold up`',
      process.env['KEYHOLD_DATA'] || '.keyhold',
    )
    .option('--key <fingerprint>', 'fingerprint of the key that must have signed the checkpoints')
    .option(
      '--head <sequence:hash>',
      'an event that must be there, as an earlier verify printed it',
      parseHead,
    )
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action(verifyFolder);
  return new Command('audit')
    .description('the audit trail')
    .helpCommand(false)
    .addCommand(verify)
    .addCommand(reconcile());
}

function parseHead(text: string): Expected['head'] {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new InvalidArgumentError('it is a number, a colon and 64 hex digits');
  return { sequence: Number(sequence), hash };
}

async function verifyFolder({ data, key, head, json }: Options): Promise<void> {
  const folder = join(data, 'audit');
  if (!existsSync(folder)) {
    process.stderr.write(
      `keyhold: there is no audit trail in ${data}; name Keyhold's data folder with --data\n`,
    );
    process.exitCode = 1;
    return;
  }
  const { verifyTrail } = await import('../audit/index.ts');
  const report = await verifyTrail(folder, {
    ...(key !== undefined && { key }),
    ...(head && { head }),
  });
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : textOf(report));
  if (report.problems.length > 0) process.exitCode = 1;
}

function textOf({
  files,
  events,
  first,
  head,
  checkpoints,
  vouchedFor,
  keys,
  problems,
}: TrailReport): string {
  const verdict =
    problems.length === 0 ? 'The audit trail is whole.' : 'The audit trail is NOT whole:';
  return [
    verdict,
    ...problems.map((problem) => `  ${problem}`),
    `Events:       ${events} in ${files} files, from ${first} to ${head.sequence}`,
    `Checkpoints:  ${checkpoints}; they vouch for the events up to ${vouchedFor}`,
    `Signed by:    ${keys.join(', ') || 'nobody'}`,
    `Head:         ${head.sequence}:${head.hash}`,
    '',
  ].join('\n');
}
