import type { Command } from 'commander';
import { hsmCommand, type CliIo } from '../../src/cli/index.ts';

/** Inert input and output: the commands are inspected, not run. */
const inertIo: CliIo = {
  out: () => undefined,
  err: () => undefined,
  askSecret: undefined,
  lines: async function* none() {},
  setExitCode: () => undefined,
};

/** Returns a Markdown table of every command of `keyhold hsm`. */
export function hsmCommandsTable(): string {
  const rows = leaves(hsmCommand({}, inertIo), []).map(
    ([words, text]) => `| \`${words.join(' ')}\` | ${text} |\n`,
  );
  return `| \`keyhold hsm …\` | |\n|---|---|\n${rows.join('')}`;
}

function leaves(
  command: Command,
  words: readonly string[],
): [words: readonly string[], text: string][] {
  if (command.commands.length === 0) return [[words, command.description()]];
  return command.commands.flatMap((sub) => leaves(sub, [...words, sub.name()]));
}
