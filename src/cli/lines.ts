import { createInterface } from 'node:readline';
import type { LineStyle } from './io.ts';

const MAX_HISTORY_LINES = 1_000;

/** Every line of a pipe or file. */
export async function* pipedLines(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  yield* createInterface({ input });
}

/** Lines typed at a prompt. Between two of them the terminal is nobody's, so that a command can ask for a password. */
export async function* typedLines(
  input: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
  { prompt, welcome, complete, forget }: LineStyle,
): AsyncGenerator<string> {
  output.write(welcome);
  // Newest first, as readline keeps it.
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

/** Undefined at the end of the input (Ctrl-D) and when interrupted (Ctrl-C). */
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

/** As readline wants it: the candidates, and the part of the line that they stand for. */
function completer(complete: LineStyle['complete']) {
  return (line: string): [string[], string] => {
    const begun = /\S*$/.exec(line)?.[0] ?? '';
    const candidates = complete(line).map((candidate) => `${candidate} `);
    return [candidates, begun];
  };
}
