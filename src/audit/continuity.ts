import { join } from 'node:path';
import { nextHead, parseLine, type ChainHead } from './chain.ts';
import { linesOf } from './lines.ts';
import { closedSegments, CURRENT } from './segments.ts';

/**
 * Returns whether the files lead from one head of the chain to a later one. After a clean stop the
 * two are the same.
 */
export async function leadsTo(folder: string, from: ChainHead, to: ChainHead): Promise<boolean> {
  if (from.sequence === to.sequence) return from.hash === to.hash;
  let head: ChainHead = from;
  for (const path of filesFrom(folder, from.sequence + 1)) {
    for await (const { text } of linesOf(path)) {
      const line = parseLine(text);
      if (!line) return false;
      if (line.sequence <= from.sequence) continue;
      const wanted = nextHead(head, line.event);
      if (line.sequence !== wanted.sequence || line.hash !== wanted.hash) return false;
      head = wanted;
      if (head.sequence === to.sequence) return head.hash === to.hash;
    }
  }
  return false;
}

/** Returns the file that holds the event of that number, and all later ones. */
function filesFrom(folder: string, sequence: number): string[] {
  const closed = closedSegments(folder);
  const at = closed.findLastIndex(({ first }) => first <= sequence);
  return [...closed.slice(Math.max(0, at)).map(({ path }) => path), join(folder, CURRENT)];
}
