import { readFileSync } from 'node:fs';
import { StartError } from './data-folder.ts';

/** Reads a file that the operator has named. Throws StartError if it can't be read. */
export function readPemFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(
      `${path} can't be read: ${error instanceof Error ? error.message : 'unknown failure'}`,
    );
  }
}
