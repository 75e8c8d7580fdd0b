import { HsmError } from '../wire/index.ts';

/** SQLite's primary result codes that are no fault of what was to be written. Source: sqlite.org/rescode.html. */
const failures: Readonly<Record<number, string>> = {
  8: 'it is read-only',
  10: 'it fails',
  11: 'the database is damaged',
  13: 'it is full',
  14: 'the database can not be opened',
  26: 'the database is damaged',
};

/** The error for callers if SQLite failed for the disk's sake; undefined for every other error. */
export function diskFailure(error: unknown): HsmError | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'))
    return undefined;
  // The low byte is the primary code, the rest says more closely what happened.
  const reason = failures[error.errcode & 0xff];
  return reason === undefined
    ? undefined
    : new HsmError('disk-failure', `the HSM can not write to its disk: ${reason}`);
}
