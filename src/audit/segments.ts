import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the current file, to which events are appended. */
export const CURRENT = 'trail.ndjson';
const SEQUENCE_DIGITS = 12;
const CLOSED = new RegExp(`^trail-(\\d{${SEQUENCE_DIGITS}})\\.ndjson$`);

/** A full file of the trail. */
export interface ClosedSegment {
  readonly path: string;
  /** Sequence number of its first event. */
  readonly first: number;
}

export function closedName(first: number): string {
  return `trail-${String(first).padStart(SEQUENCE_DIGITS, '0')}.ndjson`;
}

/** Returns the full files, oldest first. */
export function closedSegments(folder: string): ClosedSegment[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const first = CLOSED.exec(name)?.[1];
      return first === undefined ? [] : [{ path: join(folder, name), first: Number(first) }];
    });
}
