import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The trail's newest file: the one that is written. */
export const CURRENT = 'trail.ndjson';
const SEQUENCE_DIGITS = 12;
const CLOSED = new RegExp(`^trail-(\\d{${SEQUENCE_DIGITS}})\\.ndjson$`);

/** A file of the trail that is full. */
export interface ClosedSegment {
  readonly path: string;
  /** The sequence number of its first event. */
  readonly first: number;
}

export function closedName(first: number): string {
  return `trail-${String(first).padStart(SEQUENCE_DIGITS, '0')}.ndjson`;
}

/** The full files, oldest first. */
export function closedSegments(folder: string): ClosedSegment[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const first = CLOSED.exec(name)?.[1];
      return first === undefined ? [] : [{ path: join(folder, name), first: Number(first) }];
    });
}
