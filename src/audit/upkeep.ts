import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertInvariant, type Clock, type Logger } from '../base/index.ts';
import type { KeyPair } from '../crypto/index.ts';
import type { AuditTrail } from './audit-trail.ts';
import { nextHead, parseLine, type ChainedLine, type ChainHead } from './chain.ts';
import { writeCheckpoint } from './checkpoints.ts';
import { leadsTo } from './continuity.ts';
import type { AuditEvent } from './event.ts';
import { firstLine, linesBackwards } from './lines.ts';
import { closedSegments, CURRENT } from './segments.ts';

/** Milliseconds between checkpoints, as between CloudTrail's digest files. */
const CHECKPOINT_INTERVAL_MS = 3_600_000;
/** Events between checkpoints at most, so that it doesn't take long to go through those since the last one. */
const CHECKPOINT_AFTER_EVENTS = 100_000;
/** How often it is looked whether it is time, in milliseconds. */
const POLL_INTERVAL_MS = 15_000;

export interface AuditUpkeepOptions {
  readonly folder: string;
  readonly trail: AuditTrail;
  /** What signs the checkpoints. */
  readonly keys: KeyPair;
  readonly lastHead: KeptHead;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds that full files are kept after their last event; forever, if left out. */
  readonly retention?: number;
}

/** Where the last checkpoint stood, kept where whoever can write the trail's files can't write it. */
export interface KeptHead {
  /** Undefined if nothing is kept, or it can't be believed. */
  load(): Promise<ChainHead | undefined>;
  save(head: ChainHead): Promise<void>;
}

/**
 * Signs a checkpoint now, every hour, after many events and at the end, and removes full files that are past their retention.
 * Before a file goes a checkpoint vouches for its last event, which what follows hangs on: so what remains can still be
 * verified.
 */
export async function startAuditUpkeep(
  options: AuditUpkeepOptions,
): Promise<{ close(): Promise<void> }> {
  const { clock, log, retention } = options;
  const before = await headBefore(options);
  let last: Vouched | undefined;
  let running = Promise.resolve();

  async function round(atOnce: boolean): Promise<void> {
    try {
      const head = await options.trail.durableHead();
      assertInvariant(
        !last ||
          head.sequence > last.sequence ||
          (head.sequence === last.sequence && head.hash === last.hash),
        'the chain of the audit trail only grows from one checkpoint to the next',
      );
      if (!atOnce && last && !isDue(last, head, clock.now())) return;
      if (last?.sequence !== head.sequence)
        last = { ...(await vouch(options, last ? 'this run' : before, head)), at: clock.now() };
      if (retention !== undefined) await removeOld(options, retention);
    } catch (error) {
      log.error({ err: error }, 'no checkpoint of the audit trail could be written');
    }
  }

  function next(atOnce: boolean): Promise<void> {
    running = running.then(() => round(atOnce));
    return running;
  }

  void next(true);
  const timer = setInterval(() => void next(false), POLL_INTERVAL_MS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await next(true);
    },
  };
}

interface Vouched extends ChainHead {
  readonly at: number;
}

function isDue(last: Vouched, head: ChainHead, now: number): boolean {
  return (
    now - last.at >= CHECKPOINT_INTERVAL_MS ||
    head.sequence - last.sequence >= CHECKPOINT_AFTER_EVENTS
  );
}

/** Where the run before this one stood. A trail that is new stands at its beginning, and that is kept before the first event. */
async function headBefore({ trail, lastHead }: AuditUpkeepOptions): Promise<ChainHead | undefined> {
  const kept = await lastHead.load();
  const head = await trail.durableHead();
  if (kept || head.sequence > 0) return kept;
  await lastHead.save(head);
  return head;
}

/**
 * A head that the files of an earlier run end with is signed only if they lead there from where that run stood: or a trail
 * that was written anew in between would be vouched for.
 */
async function vouch(
  options: AuditUpkeepOptions,
  from: ChainHead | 'this run' | undefined,
  head: ChainHead,
): Promise<ChainHead> {
  const { folder, keys, lastHead, clock, log } = options;
  const whole = from === 'this run' || (from !== undefined && (await leadsTo(folder, from, head)));
  if (!whole)
    log.error(
      { to: head.sequence },
      'the audit trail does not go on from where it stood: it was changed',
    );
  await writeCheckpoint(folder, head, { kind: whole ? 'head' : 'broken', keys, now: clock.now() });
  await lastHead.save(head);
  return head;
}

async function removeOld(options: AuditUpkeepOptions, retention: number): Promise<void> {
  const before = new Date(options.clock.now() - retention).toISOString();
  const closed = closedSegments(options.folder);
  for (const [at, { path }] of closed.entries()) {
    const last = await lastLine(path);
    if (!last || eventOf(last).eventTime >= before) return;
    const next = parseLine(firstLine(closed[at + 1]?.path ?? join(options.folder, CURRENT)) ?? '');
    if (!next) return;
    if (nextHead(last, next.event).hash !== next.hash)
      throw new Error(`${path} and the file after it don't hang together`);
    await writeCheckpoint(options.folder, last, {
      kind: 'removed',
      keys: options.keys,
      now: options.clock.now(),
    });
    rmSync(path);
    options.log.info(
      { file: path },
      'a file of the audit trail is past its retention and was removed',
    );
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
