import type { Command } from 'commander';

/** Returns the completions of a line: sub-commands, options, or the choices of an option. */
export function completions(tree: Command, line: string): readonly string[] {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const partial = /\s$/.test(line) || words.length === 0 ? '' : (words.pop() ?? '');
  const command = commandAt(tree, words);
  const option = command.options.find(({ long }) => long !== undefined && long === words.at(-1));
  const candidates =
    option?.argChoices ??
    (command.commands.length > 0
      ? [...command.commands.map((sub) => sub.name()), ...(command === tree ? ['quit'] : [])]
      : longOptions(command));
  return candidates.filter(
    (candidate) => candidate.startsWith(partial) && !words.includes(candidate),
  );
}

function longOptions(command: Command): string[] {
  return [...command.options.flatMap(({ long }) => long ?? []), '--help'];
}

/** Follows the words into the tree as far as they name sub-commands. */
function commandAt(tree: Command, words: readonly string[]): Command {
  let command = tree;
  for (const word of words)
    command = command.commands.find((sub) => sub.name() === word) ?? command;
  return command;
}
