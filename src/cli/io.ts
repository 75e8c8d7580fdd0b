/** The environment's variables; only `bin/` reads the real ones. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Appearance of line input in a terminal. Not used in a pipe. */
export interface LineStyle {
  readonly prompt: string;
  /** Printed once, before the first line. */
  readonly welcome: string;
  /** Returns the completions of the line's last word. */
  readonly complete: (line: string) => readonly string[];
  /** Returns true for a line that must not enter the history. */
  readonly forget: (line: string) => boolean;
}

/** Input and output of a command. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** Asks for a secret without echoing it. Undefined if the input is not a terminal. */
  readonly askSecret: ((question: string) => Promise<string>) | undefined;
  /** Reads lines from the terminal or pipe until the end of the input. */
  lines(style: LineStyle): AsyncIterable<string>;
  setExitCode(code: number): void;
}

/** A failure that the user can correct. The message says how. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure';
}

/** Runs a command. Turns a failure into one line on the error stream and exit code 1. */
export async function attempt(io: CliIo, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    io.err(`keyhold: ${messageOf(error)}\n`);
    io.setExitCode(1);
  }
}
