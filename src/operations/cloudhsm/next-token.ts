import { KmsError } from '../../domain/index.ts';

export interface TokenPage<Row> {
  readonly rows: readonly Row[];
  /** `NextToken`, if more rows follow. */
  readonly more: { readonly NextToken?: string };
}

/**
 * Returns one page of rows that are sorted by `keyOf`. The token is the last key of the previous
 * page, in base64url.
 */
export function tokenPage<Row>(
  all: readonly Row[],
  keyOf: (row: Row) => string,
  limit: number,
  token: string | undefined,
): TokenPage<Row> {
  const after = token === undefined ? '' : readToken(token);
  const left = all.filter((row) => keyOf(row) > after);
  const rows = left.slice(0, limit);
  const last = rows.at(-1);
  if (left.length <= limit || last === undefined) return { rows, more: {} };
  return { rows, more: { NextToken: Buffer.from(keyOf(last)).toString('base64url') } };
}

function readToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (key !== '' && Buffer.from(key).toString('base64url') === token) return key;
  throw new KmsError('CloudHsmInvalidRequestException', 'The NextToken is not valid.');
}
