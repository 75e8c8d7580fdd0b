import { createInterface } from 'node:readline';
import type { LineStyle } from './io.ts';

const MAX_HISTORY_LINES = 1_000;

/** Yields the lines of a pipe or file. */
export async function* pipedLines(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  yield* createInterface({ input });
}

/**
 * Yields lines typed at a prompt. The terminal is released between prompts, so that a command can
 * ask for a password.
 */
export async function* typedLines(
  input: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
  { prompt, welcome, complete, forget }: LineStyle,
): AsyncGenerator<string> {
  output.write(welcome);
  // Newest first, as readline requires.
  const history: string[] = [];
  for (;;) {
    const line = await typedLine(
      { input, output, history: [...history], completer: completer(complete) },
      prompt,
    );
    if (line === undefined) return;
    if (line.trim() !== '' && !forget(line) && history[0] !== line) history.unshift(line);
    if (history.length > MAX_HISTORY_LINES) history.pop();
    yield line;
  }
}

/** Resolves to undefined at the end of the input (Ctrl-D) and on an interrupt (Ctrl-C). */
function typedLine(
  options: Parameters<typeof createInterface>[0],
  prompt: string,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const reader = createInterface(options);
  reader.once('close', () => resolve(undefined));
  reader.question(prompt, (line) => {
    resolve(line);
    reader.close();
  });
  return promise;
}

/** Returns a completer for readline: the candidates, and the part of the line that they replace. */
function completer(complete: LineStyle['complete']) {
  return (line: string): [string[], string] => {
    const partial = /\S*$/.exec(line)?.[0] ?? '';
    const candidates = complete(line).map((candidate) => `${candidate} `);
    return [candidates, partial];
  };
}
