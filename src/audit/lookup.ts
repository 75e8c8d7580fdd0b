import { join } from 'node:path';
import { parseLine } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { linesBackwards } from './lines.ts';
import { closedSegments, CURRENT } from './segments.ts';

/** Which events are wanted, newest first. */
export interface Lookup {
  /** Cheap and asked first: whether the line can be one of those wanted. */
  readonly mayMatch?: (line: string) => boolean;
  readonly matches: (event: AuditEvent) => boolean;
  /** ISO 8601; events before that end the search. */
  readonly notBefore?: string;
  readonly limit: number;
  readonly from?: Place;
}

/** Before which line a search goes on: one that starts at a byte of the file whose first event has this sequence number. */
export interface Place {
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
  readonly next?: Place;
}

/** How many lines one call reads at most: a search for what is rare goes on with the next call. */
const MAX_LINES = 50_000;

interface Trail {
  readonly folder: string;
  /** The sequence number of the current file's first event. */
  readonly first: number;
}

export async function lookupEvents({ folder, first }: Trail, wanted: Lookup): Promise<LookupPage> {
  const events: FoundEvent[] = [];
  const files = [{ path: join(folder, CURRENT), first }, ...closedSegments(folder).toReversed()];
  const from = wanted.from;
  let lines = 0;
  for (const file of from ? files.filter((one) => one.first <= from.first) : files) {
    for await (const { text, start } of linesBackwards(file.path, file.first === from?.first ? from.start : undefined)) {
      const found = foundIn(text, wanted);
      if (found === 'too old') return { events };
      if (found) events.push(found);
      lines += 1;
      if (events.length >= wanted.limit || lines >= MAX_LINES) return { events, next: { first: file.first, start } };
    }
  }
  return { events };
}

/** The keys of an event are never inside of a text, where quotes are escaped. */
const TIME = /"eventTime":"([^"]+)"/;

function foundIn(text: string, { mayMatch, matches, notBefore }: Lookup): FoundEvent | 'too old' | undefined {
  if (notBefore !== undefined && (TIME.exec(text)?.[1] ?? '') < notBefore) return 'too old';
  if (mayMatch?.(text) === false) return undefined;
  const json = parseLine(text)?.event;
  if (json === undefined) return undefined;
  // Written by `record`, and by nothing else.
  const event = JSON.parse(json) as AuditEvent;
  return matches(event) ? { event, json } : undefined;
}
