import { join } from 'node:path';
import { parseLine } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { linesBackwards } from './lines.ts';
import { closedSegments, CURRENT, type ClosedSegment } from './segments.ts';

/** Which events are wanted, newest first. */
export interface Lookup {
  /** Cheap and asked first: whether the line can be one of those wanted. */
  readonly mayMatch?: (line: string) => boolean;
  readonly matches: (event: AuditEvent) => boolean;
  /** ISO 8601; events before that end the search. */
  readonly notBefore?: string;
  readonly limit: number;
  readonly from?: LookupCursor;
}

/** Before which line a search goes on: one that starts at a byte of the file whose first event has this sequence number. */
export interface LookupCursor {
  readonly first: number;
  readonly start: number;
}

export interface FoundEvent {
  readonly event: AuditEvent;
  /** As it was recorded. */
  readonly json: string;
}

export interface LookupPage {
  readonly events: readonly FoundEvent[];
  /** Absent when there is nothing more to find. */
  readonly next?: LookupCursor;
}

/** How many lines one call reads at most: a search for what is rare goes on with the next call. */
const MAX_LINES_PER_CALL = 50_000;

interface Trail {
  readonly folder: string;
  /** The sequence number of the current file's first event. */
  readonly first: number;
}

export async function lookupEvents(trail: Trail, wanted: Lookup): Promise<LookupPage> {
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
  // Listed only now: a file that has become full meanwhile is the one just read, and not older.
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

/** One file, from its end or from where the last page ended. Undefined if the search must go on in an older one. */
async function search(
  { path, first }: ClosedSegment,
  wanted: Lookup,
  found: Search,
): Promise<LookupPage | undefined> {
  const end = wanted.from?.first === first ? wanted.from.start : undefined;
  for await (const { text, start } of linesBackwards(path, end)) {
    const one = foundIn(text, wanted);
    if (one === 'too old') return { events: found.events };
    if (one) found.events.push(one);
    found.lines += 1;
    if (found.events.length >= wanted.limit || found.lines >= MAX_LINES_PER_CALL)
      return { events: found.events, next: { first, start } };
  }
  return undefined;
}

/** The keys of an event are never inside of a text, where quotes are escaped. */
const TIME = /"eventTime":"([^"]+)"/;

function foundIn(
  text: string,
  { mayMatch, matches, notBefore }: Lookup,
): FoundEvent | 'too old' | undefined {
  if (notBefore !== undefined && (TIME.exec(text)?.[1] ?? '') < notBefore) return 'too old';
  if (mayMatch?.(text) === false) return undefined;
  const json = parseLine(text)?.event;
  if (json === undefined) return undefined;
  // Written by `record`, and by nothing else.
  const event = JSON.parse(json) as AuditEvent;
  return matches(event) ? { event, json } : undefined;
}
