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
Reads the files of the trail and its checkpoints. Keyhold may be running or stopped. Exit code 1 if a check fails.

Anybody who can unseal the checkpoint key could write a new trail. Therefore store the fingerprint, and regularly the
head, in another place, and verify against them:
  keyhold audit verify --data DIR --key FINGERPRINT --head SEQUENCE:HASH`;

/**
 * `keyhold audit`: verifies the audit trail in a data folder, or in an auditor's copy of it,
 * without the server.
 */
export function auditCommand(): Command {
  const verify = new Command('verify')
    .description('check that no event of the audit trail was changed, removed or inserted')
    .option(
      '--data <folder>',
      'data folder of `keyhold up`',
      process.env['KEYHOLD_DATA'] || '.keyhold',
    )
    .option('--key <fingerprint>', 'required fingerprint of the key that signed the checkpoints')
    .option(
      '--head <sequence:hash>',
      'an event that must exist, as printed by an earlier verify',
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
    throw new InvalidArgumentError('Must be a number, a colon and 64 hex digits.');
  return { sequence: Number(sequence), hash };
}

async function verifyFolder({ data, key, head, json }: Options): Promise<void> {
  const folder = join(data, 'audit');
  if (!existsSync(folder)) {
    process.stderr.write(
      `keyhold: ${data} contains no audit trail; pass Keyhold's data folder with --data\n`,
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
  signedUpTo,
  keys,
  problems,
}: TrailReport): string {
  const verdict =
    problems.length === 0 ? 'The audit trail is intact.' : 'The audit trail is NOT intact:';
  return [
    verdict,
    ...problems.map((problem) => `  ${problem}`),
    `Events:       ${events} in ${files} files, from ${first} to ${head.sequence}`,
    `Checkpoints:  ${checkpoints}, covering the events up to ${signedUpTo}`,
    `Signed by:    ${keys.join(', ') || 'none'}`,
    `Head:         ${head.sequence}:${head.hash}`,
    '',
  ].join('\n');
}
