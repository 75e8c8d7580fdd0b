/** The environment's variables; only `bin/` reads the real ones. */
export type Env = Readonly<Record<string, string | undefined>>;

/** How lines are asked for in a terminal. In a pipe none of it shows. */
export interface LineStyle {
  readonly prompt: string;
  /** Shown once, before the first line. */
  readonly welcome: string;
  /** What may stand in place of the last word of the line. */
  readonly complete: (line: string) => readonly string[];
  /** Whether the line must not be kept in the history. */
  readonly forget: (line: string) => boolean;
}

/** How a command talks to the person, or the program, that runs it. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** Asks for a secret without showing it. Undefined where nobody can be asked. */
  readonly askSecret: ((question: string) => Promise<string>) | undefined;
  /** The lines that the person types, or that come in a pipe, until the input's end. */
  lines(style: LineStyle): AsyncIterable<string>;
  setExitCode(code: number): void;
}

/** A failure that the person can do something about: the message says what. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure';
}

/** Runs a command; its failure becomes one line on the error stream and exit code 1. */
export async function attempt(io: CliIo, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    io.err(`keyhold: ${messageOf(error)}\n`);
    io.setExitCode(1);
  }
}
