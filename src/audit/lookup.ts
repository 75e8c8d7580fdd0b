import { join } from 'node:path';
import { parseLine } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { linesBackwards, NotALineError } from './lines.ts';
import { closedSegments, CURRENT, type ClosedSegment } from './segments.ts';

/** Selects events. They are returned newest first. */
export interface Lookup {
  /** A cheap test that comes first: returns whether the line can match. */
  readonly mayMatch?: (line: string) => boolean;
  readonly matches: (event: AuditEvent) => boolean;
  /** ISO 8601. Earlier events end the search. */
  readonly notBefore?: string;
  readonly limit: number;
  readonly from?: LookupCursor;
}

/**
 * Where a search continues: before the line that starts at this byte of the file whose first event
 * has this sequence number.
 */
export interface LookupCursor {
  readonly first: number;
  readonly start: number;
}

/** Error for a cursor that no search returned. */
export class LookupCursorError extends Error {
  override readonly name = 'LookupCursorError';
}

export interface FoundEvent {
  readonly event: AuditEvent;
  /** The event as it was recorded. */
  readonly json: string;
}

export interface LookupPage {
  readonly events: readonly FoundEvent[];
  /** Absent when there is nothing more to find. */
  readonly next?: LookupCursor;
}

/**
 * Maximum number of lines that one call reads. A search for something rare continues with the next
 * call.
 */
const MAX_LINES_PER_CALL = 50_000;

interface Trail {
  readonly folder: string;
  /** Sequence number of the current file's first event. */
  readonly first: number;
}

/** Searches a trail. Rejects with a LookupCursorError if no search can have ended at `from`. */
export async function lookupEvents(trail: Trail, wanted: Lookup): Promise<LookupPage> {
  try {
    return await lookupFrom(trail, wanted);
  } catch (error) {
    if (!(error instanceof NotALineError)) throw error;
    throw new LookupCursorError('no search of the audit trail ended there', { cause: error });
  }
}

async function lookupFrom(trail: Trail, wanted: Lookup): Promise<LookupPage> {
  const { from } = wanted;
  const found: Search = { events: [], lines: 0 };
  if (!from || from.first >= trail.first) {
    const page = await search(
      { path: join(trail.folder, CURRENT), first: trail.first },
      wanted,
      found,
    );
    if (page) return page;
  }
  // Listed after the current file was read: a file that has become full in the meantime is the one
  // just read, not an older one.
  const before = Math.min(trail.first - 1, from?.first ?? Number.POSITIVE_INFINITY);
  for (const segment of closedSegments(trail.folder).toReversed()) {
    const page = segment.first <= before && (await search(segment, wanted, found));
    if (page) return page;
  }
  return { events: found.events };
}

interface Search {
  readonly events: FoundEvent[];
  lines: number;
}

/**
 * Searches one file, from its end or from where the last page ended. Returns undefined if the
 * search must continue in an older file.
 */
async function search(
  { path, first }: ClosedSegment,
  wanted: Lookup,
  found: Search,
): Promise<LookupPage | undefined> {
  const end = wanted.from?.first === first ? wanted.from.start : undefined;
  for await (const { text, start } of linesBackwards(path, end)) {
    const one = matchIn(text, wanted);
    if (one === 'too old') return { events: found.events };
    if (one) found.events.push(one);
    found.lines += 1;
    if (found.events.length >= wanted.limit || found.lines >= MAX_LINES_PER_CALL)
      return { events: found.events, next: { first, start } };
  }
  return undefined;
}

/** Member names of an event never match inside a string, where quotes are escaped. */
const TIME = /"eventTime":"([^"]+)"/;

/** Returns the time of an event, given as JSON. */
export function eventTimeIn(json: string): string | undefined {
  return TIME.exec(json)?.[1];
}

function matchIn(
  text: string,
  { mayMatch, matches, notBefore }: Lookup,
): FoundEvent | 'too old' | undefined {
  if (notBefore !== undefined && (eventTimeIn(text) ?? '') < notBefore) return 'too old';
  if (mayMatch?.(text) === false) return undefined;
  const json = parseLine(text)?.event;
  if (json === undefined) return undefined;
  // Only `record` writes events.
  const event = JSON.parse(json) as AuditEvent;
  return matches(event) ? { event, json } : undefined;
}
