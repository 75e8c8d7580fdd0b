import { join } from 'node:path';
import { parseLine, type ChainedLine } from './chain.ts';
import { linesOf } from './lines.ts';
import { closedSegments, CURRENT } from './segments.ts';

/**
 * Yields all events of a trail that still exist, oldest first. Works while Keyhold is stopped, and
 * verifies nothing.
 */
export async function* trailEvents(folder: string): AsyncGenerator<ChainedLine> {
  for (const path of [
    ...closedSegments(folder).map((segment) => segment.path),
    join(folder, CURRENT),
  ]) {
    for await (const { text } of linesOf(path)) {
      const line = parseLine(text);
      if (line) yield line;
    }
  }
}
