import type { CliIo } from './io.ts';
import { CliError } from './io.ts';
import { pipedLines, typedLines } from './lines.ts';

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Creates the `CliIo` of a process that runs in a terminal or in a pipe. */
export function terminalIo(
  { stdin, stdout, stderr }: Streams,
  setExitCode: (code: number) => void,
): CliIo {
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    // Asks on the error stream, so that the output of the command can be piped.
    askSecret: stdin.isTTY ? (question) => askHidden(stdin, stderr, question) : undefined,
    lines: (style) => (stdin.isTTY ? typedLines(stdin, stdout, style) : pipedLines(stdin)),
    setExitCode,
  };
}

/** The effect of a key on the line typed so far. Undefined ends the line. */
const keys: Readonly<Record<string, (line: string) => string | undefined>> = {
  '\r': () => undefined,
  '\n': () => undefined,
  '\u0004': () => undefined,
  '\u007f': (line) => line.slice(0, -1),
  '\b': (line) => line.slice(0, -1),
  '\u0015': () => '',
};
const INTERRUPT = '\u0003';

async function askHidden(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WritableStream,
  question: string,
): Promise<string> {
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let line = '';
  try {
    for await (const typed of stdin.iterator({ destroyOnReturn: false })) {
      for (const key of String(typed)) {
        if (key === INTERRUPT) throw new CliError('interrupted');
        const edit = keys[key];
        const next = edit ? edit(line) : line + key;
        if (next === undefined) return line;
        line = next;
      }
    }
    return line;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
