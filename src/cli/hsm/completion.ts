import type { Command } from 'commander';

/**
 * What may stand at the end of the line: sub-commands, options, and the values of an option that
 * has a few.
 */
export function completions(tree: Command, line: string): readonly string[] {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const begun = /\s$/.test(line) || words.length === 0 ? '' : (words.pop() ?? '');
  const command = commandAt(tree, words);
  const option = command.options.find(({ long }) => long !== undefined && long === words.at(-1));
  const candidates =
    option?.argChoices ??
    (command.commands.length > 0
      ? [...command.commands.map((sub) => sub.name()), ...(command === tree ? ['quit'] : [])]
      : longOptions(command));
  return candidates.filter(
    (candidate) => candidate.startsWith(begun) && !words.includes(candidate),
  );
}

function longOptions(command: Command): string[] {
  return [...command.options.flatMap(({ long }) => long ?? []), '--help'];
}

/** As deep into the tree as the words lead. */
function commandAt(tree: Command, words: readonly string[]): Command {
  let command = tree;
  for (const word of words)
    command = command.commands.find((sub) => sub.name() === word) ?? command;
  return command;
}
