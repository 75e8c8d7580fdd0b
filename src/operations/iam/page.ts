import { KmsError } from '../../domain/index.ts';
import type { Page } from '../../storage/index.ts';

/** Which part of a listing is wanted, in the members that all of IAM's listings have. */
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
  /** Rows in the order of their keys. */
  readonly fetch: (page: Page) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => readonly string[];
  /** What does not belong into the listing is passed over. */
  readonly keep?: (row: Row) => boolean;
}

const DEFAULT_ITEMS = 100;
/** How many rows are read at a time where most of them may be passed over. */
const BATCH_ROWS = 500;

/** One page of rows. Reads on until the page is full, and one row further to know whether there are more. */
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

/** One page of what is at hand whole: texts in their order. */
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
    // Whatever is wrong with a marker, the answer is the same.
  }
  throw new KmsError('ValidationException', 'Invalid Marker.');
}
