import { HsmError } from '../wire/index.ts';

/**
 * SQLite's primary result codes that mean a failure of the disk or its content, not of the
 * statement. Source: sqlite.org/rescode.html.
 */
const failures: Readonly<Record<number, string>> = {
  8: 'it is read-only',
  10: 'I/O error',
  11: 'the database is damaged',
  13: 'it is full',
  14: 'the database cannot be opened',
  26: 'the database is damaged',
};

/**
 * Returns the error to report if SQLite failed because of the disk; undefined for any other error.
 */
export function diskFailure(error: unknown): HsmError | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'))
    return undefined;
  // The low byte is the primary code. The rest is the extended code.
  const reason = failures[error.errcode & 0xff];
  return reason === undefined
    ? undefined
    : new HsmError('disk-failure', `the HSM cannot write to its disk: ${reason}`);
}
