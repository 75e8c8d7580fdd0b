import { KmsError } from '../../domain/index.ts';
import type { Page } from '../../storage/index.ts';

/** The page that a request asks for, by the members of all IAM listings. */
export interface Wanted {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

type More =
  | { readonly IsTruncated: false }
  | { readonly IsTruncated: true; readonly Marker: string };

export interface Listed<Row> {
  readonly rows: readonly Row[];
  readonly more: More;
}

interface Listing<Row> {
  /** Reads rows in the order of their keys. */
  readonly fetch: (page: Page) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => readonly string[];
  /** Returns whether a row belongs to the listing. Other rows are skipped. */
  readonly keep?: (row: Row) => boolean;
}

const DEFAULT_ITEMS = 100;
/** Number of rows that are read at a time if some may be skipped. */
const BATCH_ROWS = 500;

/**
 * Returns one page of rows. Reads until the page is full, and one row more to see whether another
 * page follows.
 */
export async function pageOf<Row>(
  { Marker, MaxItems = DEFAULT_ITEMS }: Wanted,
  { fetch, keyOf, keep }: Listing<Row>,
): Promise<Listed<Row>> {
  const rows: Row[] = [];
  let after = readMarker(Marker);
  const limit = keep ? BATCH_ROWS : MaxItems + 1;
  for (let full = true; full && rows.length <= MaxItems;) {
    const found = await fetch({ limit, ...(after && { after }) });
    rows.push(...(keep ? found.filter(keep) : found));
    const last = found.at(-1);
    after = last && keyOf(last);
    full = found.length === limit;
  }
  const shown = rows.slice(0, MaxItems);
  const last = shown.at(-1);
  if (rows.length <= MaxItems || !last) return { rows: shown, more: { IsTruncated: false } };
  return {
    rows: shown,
    more: {
      IsTruncated: true,
      Marker: Buffer.from(JSON.stringify(keyOf(last))).toString('base64url'),
    },
  };
}

/** Returns one page of strings that are all in memory, sorted. */
export function pageOfTexts(wanted: Wanted, texts: readonly string[]): Promise<Listed<string>> {
  const sorted = texts.toSorted();
  return pageOf(wanted, {
    fetch: async ({ after, limit }) =>
      sorted.filter((text) => text > (after?.[0] ?? '')).slice(0, limit),
    keyOf: (text) => [text],
  });
}

function readMarker(marker: string | undefined): readonly string[] | undefined {
  if (marker === undefined) return undefined;
  try {
    const after: unknown = JSON.parse(Buffer.from(marker, 'base64url').toString('utf8'));
    if (Array.isArray(after) && after.length > 0 && after.every((part) => typeof part === 'string'))
      return after;
  } catch {
    // Every malformed marker gets the same error.
  }
  throw new KmsError('ValidationException', 'Invalid Marker.');
}
