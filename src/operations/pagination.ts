import { KmsError } from '../domain/index.ts';
import type { Page } from '../storage/index.ts';

/** Where the next page starts: primary keys in base64url JSON. Callers must not look inside. */
export function readMarker(marker: string | undefined): readonly string[] | undefined {
  if (marker === undefined) return undefined;
  try {
    const after: unknown = JSON.parse(Buffer.from(marker, 'base64url').toString('utf8'));
    if (Array.isArray(after) && after.length > 0 && after.every((part) => typeof part === 'string'))
      return after;
  } catch {
    // Falls through: whatever is wrong with a marker, the answer is the same.
  }
  throw new KmsError('InvalidMarkerException', 'Could not deserialize marker');
}

function writeMarker(after: readonly string[]): string {
  return Buffer.from(JSON.stringify(after), 'utf8').toString('base64url');
}

export interface PageOf<Row> {
  readonly rows: readonly Row[];
  /** `Truncated`, and `NextMarker` exactly if it is true. */
  readonly more:
    | { readonly Truncated: false }
    | { readonly Truncated: true; readonly NextMarker: string };
}

/** One page of a listing: asks for one row too many to know whether there are more. */
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
