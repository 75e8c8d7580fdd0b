import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';

const readAt = promisify(read);
const CHUNK_BYTES = 1 << 16;
const NEWLINE = 10;
/** Maximum line length: twice the maximum request, because JSON escapes some characters. */
const MAX_LINE_BYTES = 1 << 22;

/** One line, and the byte of the file at which it starts. */
export interface Line {
  /** Without the line break. Empty if the bytes are not UTF-8. */
  readonly text: string;
  readonly start: number;
}

/**
 * Yields the file's complete lines, oldest first. Text after the last line break is not a line yet.
 */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  await using file = await open(path, 'r');
  let rest = Buffer.alloc(0);
  let start = 0;
  for (let position = 0; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    let text = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE)) {
      yield { text: textOf(text.subarray(0, at)), start };
      start += at + 1;
      text = text.subarray(at + 1);
    }
    rest = text;
  }
}

function textOf(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : '';
}

/** Error for a start of reading that is not the start of a line. */
export class NotALineError extends Error {
  override readonly name = 'NotALineError';
}

/**
 * Yields the complete lines that end before the byte `end`, newest first. Without `end`, it begins
 * at the last line break. The file is opened when the first line is requested, synchronously.
 * Throws NotALineError unless a line starts at `end`, because clients choose it.
 */
export async function* linesBackwards(path: string, end?: number): AsyncGenerator<Line> {
  const file = openSync(path, 'r');
  try {
    if (end !== undefined && !startsLine(file, end))
      throw new NotALineError(`no line starts at byte ${end} of ${path}`);
    yield* backwards(file, end);
  } finally {
    closeSync(file);
  }
}

/** Returns whether a line starts at a byte of the file, or the file ends there. */
function startsLine(file: number, at: number): boolean {
  if (at === 0) return true;
  const before = Buffer.alloc(1);
  return (
    at <= fstatSync(file).size &&
    readSync(file, before, 0, 1, at - 1) === 1 &&
    before[0] === NEWLINE
  );
}

async function* backwards(file: number, end: number | undefined): AsyncGenerator<Line> {
  let position = end ?? fstatSync(file).size;
  // Bytes from `position` on that belong to a line whose start has not been read yet. Undefined
  // before the first line break.
  let rest: Buffer | undefined = end === undefined ? undefined : Buffer.alloc(0);
  while (position > 0) {
    const length = Math.min(CHUNK_BYTES, position);
    position -= length;
    const { buffer, bytesRead } = await readAt(
      file,
      Buffer.allocUnsafe(length),
      0,
      length,
      position,
    );
    // The rest of the buffer is memory that was used before.
    const chunk = buffer.subarray(0, bytesRead);
    let text: Buffer = rest ? Buffer.concat([chunk, rest]) : chunk;
    if (!rest) text = text.subarray(0, text.lastIndexOf(NEWLINE) + 1);
    if (text.length === 0) continue;
    for (let at = text.lastIndexOf(NEWLINE, -2); at >= 0; at = text.lastIndexOf(NEWLINE, -2)) {
      yield { text: text.toString('utf8', at + 1, text.length - 1), start: position + at + 1 };
      text = text.subarray(0, at + 1);
    }
    rest = text;
  }
  if (rest && rest.length > 0) yield { text: rest.toString('utf8', 0, rest.length - 1), start: 0 };
}

/** Returns the first complete line of a file, or undefined if it has no such line. */
export function firstLine(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(MAX_LINE_BYTES);
    const length = readSync(file, chunk, 0, chunk.length, 0);
    const end = chunk.subarray(0, length).indexOf(NEWLINE);
    return end < 0 ? undefined : chunk.toString('utf8', 0, end);
  } finally {
    closeSync(file);
  }
}
