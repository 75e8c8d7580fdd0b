import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 65_536;
const NEWLINE = 10;

/** Removes what follows the file's last line break. Returns the resulting length, in bytes. */
export function repairedLength(file: number): number {
  const { size } = fstatSync(file);
  const whole = endOfLastLine(file, size);
  if (whole < size) ftruncateSync(file, whole);
  return whole;
}

/** Returns how many bytes follow the last line break of a file. */
export function bytesAfterLines(path: string): number {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    return size - endOfLastLine(file, size);
  } finally {
    closeSync(file);
  }
}

function endOfLastLine(file: number, size: number): number {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const read = readSync(file, chunk, 0, end - start, start);
    const at = chunk.subarray(0, read).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
