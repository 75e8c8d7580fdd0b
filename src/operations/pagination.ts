import { KmsError } from '../domain/index.ts';
import type { Page } from '../storage/index.ts';

/**
 * Decodes a marker: the primary key of the last row, as base64url JSON. It is opaque to clients.
 */
function readMarker(marker: string | undefined): readonly string[] | undefined {
  if (marker === undefined) return undefined;
  try {
    const after: unknown = JSON.parse(Buffer.from(marker, 'base64url').toString('utf8'));
    if (Array.isArray(after) && after.length > 0 && after.every((part) => typeof part === 'string'))
      return after;
  } catch {
    // Falls through: every malformed marker gets the same error.
  }
  throw new KmsError('InvalidMarkerException', 'Could not deserialize marker');
}

function writeMarker(after: readonly string[]): string {
  return Buffer.from(JSON.stringify(after), 'utf8').toString('base64url');
}

export interface PageOf<Row> {
  readonly rows: readonly Row[];
  /** `Truncated`, with `NextMarker` exactly if it is true. */
  readonly more:
    | { readonly Truncated: false }
    | { readonly Truncated: true; readonly NextMarker: string };
}

/**
 * Reads one page of a listing. Fetches one row more than the limit, to see whether another page
 * follows.
 */
export async function listPage<Row>(
  limit: number,
  marker: string | undefined,
  fetch: (page: Page) => Promise<readonly Row[]>,
  keyOf: (row: Row) => readonly string[],
): Promise<PageOf<Row>> {
  const after = readMarker(marker);
  const found = await fetch({ limit: limit + 1, ...(after && { after }) });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  if (found.length <= limit || last === undefined) return { rows, more: { Truncated: false } };
  return { rows, more: { Truncated: true, NextMarker: writeMarker(keyOf(last)) } };
}
