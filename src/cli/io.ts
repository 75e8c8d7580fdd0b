/** The environment's variables; only `bin/` reads the real ones. */
export type Env = Readonly<Record<string, string | undefined>>;

/** How a command talks to the person, or the program, that runs it. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** Asks for a secret without showing it. Undefined where nobody can be asked. */
  readonly askSecret: ((question: string) => Promise<string>) | undefined;
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
