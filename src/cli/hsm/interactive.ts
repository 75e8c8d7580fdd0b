import { CommanderError, type Command } from 'commander';
import { CliError, messageOf } from '../io.ts';
import { completions } from './completion.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { Session } from './session.ts';
import { connect } from './target.ts';
import { splitWords } from './words.ts';

const ENDINGS: ReadonlySet<string> = new Set(['quit', 'exit']);
const WELCOME = 'One login for many commands: `login`, `help`, `quit`. Tab completes.\n';

/**
 * Makes the tree of `keyhold hsm` anew: commander keeps a command's options from one run to the
 * next.
 */
export type MakeTree = (context: HsmContext) => Command;

/**
 * `keyhold hsm interactive`: the commands without `keyhold hsm` before them, over one connection
 * and one login.
 */
export async function runInteractive(
  outer: HsmContext,
  options: TargetOptions,
  makeTree: MakeTree,
): Promise<void> {
  const session = new Session(options.format ?? 'cloudhsm-cli', () => connect(outer, options));
  const context: HsmContext = { ...outer, session };
  try {
    // At once, so that a wrong address or CA shows before anything is typed.
    await session.connection();
    const lines = outer.io.lines({
      prompt: 'keyhold-hsm > ',
      welcome: WELCOME,
      complete: (line) => completions(makeTree(context), line),
      // A password that was typed into a line must not come back with the arrow keys.
      forget: (line) => line.includes('--password'),
    });
    for await (const line of lines) {
      if (ENDINGS.has(line.trim())) return;
      await runLine(context, line, makeTree);
    }
  } finally {
    session.close();
  }
}

async function runLine(context: HsmContext, line: string, makeTree: MakeTree): Promise<void> {
  try {
    const words = splitWords(line);
    if (words.length === 0) return;
    await quiet(makeTree(context)).parseAsync(words, { from: 'user' });
  } catch (error) {
    // Commander has said what was wrong with the line, or shown the help that was asked for.
    if (!(error instanceof CommanderError))
      context.io.err(`${error instanceof CliError ? messageOf(error) : 'unexpected failure'}\n`);
  }
}

/** Makes a command of the tree throw where it would end the process. */
function quiet(command: Command): Command {
  command.exitOverride();
  for (const sub of command.commands) quiet(sub);
  return command;
}
