import { CommanderError, type Command } from 'commander';
import { CliError, messageOf } from '../io.ts';
import { completions } from './completion.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { Session } from './session.ts';
import { connect } from './target.ts';
import { splitWords } from './words.ts';

const ENDINGS: ReadonlySet<string> = new Set(['quit', 'exit']);
const WELCOME = 'One login for all commands. Type `login`, `help` or `quit`; Tab completes.\n';

/**
 * Creates the command tree of `keyhold hsm`. Each line needs a new one, because commander keeps the
 * options of the previous run.
 */
export type MakeTree = (context: HsmContext) => Command;

/**
 * `keyhold hsm interactive`: runs commands, without the prefix `keyhold hsm`, over one connection
 * and login.
 */
export async function runInteractive(
  outer: HsmContext,
  options: TargetOptions,
  makeTree: MakeTree,
): Promise<void> {
  const session = new Session(options.format ?? 'cloudhsm-cli', () => connect(outer, options));
  const context: HsmContext = { ...outer, session };
  try {
    // Connects first, so that a wrong address or CA is reported before the first prompt.
    await session.connection();
    const lines = outer.io.lines({
      prompt: 'keyhold-hsm > ',
      welcome: WELCOME,
      complete: (line) => completions(makeTree(context), line),
      // The history must not contain passwords.
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
    await throwOnExit(makeTree(context)).parseAsync(words, { from: 'user' });
  } catch (error) {
    // Commander has already printed the error or the help.
    if (!(error instanceof CommanderError))
      context.io.err(`${error instanceof CliError ? messageOf(error) : 'unexpected failure'}\n`);
  }
}

/** Makes a command throw instead of ending the process. */
function throwOnExit(command: Command): Command {
  command.exitOverride();
  for (const sub of command.commands) throwOnExit(sub);
  return command;
}
