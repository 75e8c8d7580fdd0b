import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Logger } from '../base/index.ts';
import type { KeyPair } from '../crypto/index.ts';
import type { AuditTrail } from './audit-trail.ts';
import { nextHead, parseLine, type ChainedLine } from './chain.ts';
import { writeCheckpoint } from './checkpoints.ts';
import type { AuditEvent } from './event.ts';
import { firstLine, linesBackwards } from './lines.ts';
import { closedSegments, CURRENT } from './segments.ts';

/** Milliseconds between checkpoints, as between CloudTrail's digest files. */
const INTERVAL = 3_600_000;

export interface AuditUpkeepOptions {
  readonly folder: string;
  readonly trail: AuditTrail;
  /** What signs the checkpoints. */
  readonly keys: KeyPair;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds that full files are kept after their last event; forever, if left out. */
  readonly retention?: number;
}

/**
 * Signs a checkpoint now, every hour and at the end, and removes full files that are past their retention. Before a file
 * goes a checkpoint vouches for its last event, which what follows hangs on: so what remains can still be verified.
 */
export function startAuditUpkeep(options: AuditUpkeepOptions): { close(): Promise<void> } {
  let vouchedFor = -1;
  let running = Promise.resolve();

  async function round(): Promise<void> {
    try {
      const head = options.trail.head();
      if (head.sequence > vouchedFor)
        await writeCheckpoint(options.folder, head, { kind: 'head', keys: options.keys, now: options.clock.now() });
      vouchedFor = head.sequence;
      if (options.retention !== undefined) await removeOld(options, options.retention);
    } catch (error) {
      options.log.error({ err: error }, 'no checkpoint of the audit trail could be written');
    }
  }

  function next(): Promise<void> {
    running = running.then(round);
    return running;
  }

  void next();
  const timer = setInterval(() => void next(), INTERVAL);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await next();
    },
  };
}

async function removeOld(options: AuditUpkeepOptions, retention: number): Promise<void> {
  const before = new Date(options.clock.now() - retention).toISOString();
  const closed = closedSegments(options.folder);
  for (const [at, { path }] of closed.entries()) {
    const last = await lastLine(path);
    if (!last || eventOf(last).eventTime >= before) return;
    const next = parseLine(firstLine(closed[at + 1]?.path ?? join(options.folder, CURRENT)) ?? '');
    if (!next) return;
    if (nextHead(last, next.event).hash !== next.hash) throw new Error(`${path} and the file after it don't hang together`);
    await writeCheckpoint(options.folder, last, { kind: 'removed', keys: options.keys, now: options.clock.now() });
    rmSync(path);
    options.log.info({ file: path }, 'a file of the audit trail is past its retention and was removed');
  }
}

async function lastLine(path: string): Promise<ChainedLine | undefined> {
  for await (const { text } of linesBackwards(path)) return parseLine(text);
  return undefined;
}

function eventOf({ event }: ChainedLine): AuditEvent {
  // Written by the trail, and by nothing else.
  return JSON.parse(event) as AuditEvent;
}
