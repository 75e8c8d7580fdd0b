import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertInvariant, type Clock, type Logger } from '../base/index.ts';
import type { KeyPair } from '../crypto/index.ts';
import type { AuditTrail } from './audit-trail.ts';
import { nextHead, parseLine, type ChainedLine, type ChainHead } from './chain.ts';
import { keyFingerprint, writeCheckpoint, type VouchedHead } from './checkpoints.ts';
import { leadsTo } from './continuity.ts';
import type { AuditEvent } from './event.ts';
import { firstLine, linesBackwards } from './lines.ts';
import { closedSegments, CURRENT } from './segments.ts';

/**
 * Time after a checkpoint from which on the next one is due. With the interval between checks, an
 * event is signed within a minute.
 */
const CHECKPOINT_INTERVAL_MS = 50_000;
/** Maximum number of events between checkpoints, which limits how many a restart must verify. */
const CHECKPOINT_AFTER_EVENTS = 100_000;
/** Interval between checks for a due checkpoint. */
const POLL_INTERVAL_MS = 5_000;

export interface AuditUpkeepOptions {
  readonly folder: string;
  readonly trail: AuditTrail;
  /** Signs the checkpoints. */
  readonly keys: KeyPair;
  readonly lastHead: KeptHead;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Time for which full files are kept after their last event, in milliseconds. Defaults to
   * forever.
   */
  readonly retention?: number;
}

/**
 * Storage for the head that the last checkpoint signed. It must be out of reach for a process that
 * can write only the trail's files.
 */
export interface KeptHead {
  /** Resolves to undefined if no head is stored, or it cannot be trusted. */
  load(): Promise<VouchedHead | undefined>;
  save(head: VouchedHead): Promise<void>;
}

/**
 * Signs a checkpoint now, within a minute of each event, after many events and at the end, and
 * removes full files that are past their retention. Before a file is removed, a checkpoint signs
 * its last event, which the following files continue from. What remains can therefore still be
 * verified.
 */
export async function startAuditUpkeep(
  options: AuditUpkeepOptions,
): Promise<{ close(): Promise<void> }> {
  const { clock, log, retention } = options;
  const before = await headBefore(options);
  log.info(
    { key: keyFingerprint(options.keys.publicKey) },
    'this key signs the checkpoints of the audit trail',
  );
  let last: LastCheckpoint | undefined;
  let running = Promise.resolve();

  async function round(atOnce: boolean): Promise<void> {
    try {
      // Before the head is read, so that it covers all events up to this time.
      const now = clock.now();
      const head = await options.trail.durableHead();
      assertInvariant(
        !last ||
          head.sequence > last.sequence ||
          (head.sequence === last.sequence && head.hash === last.hash),
        'the chain of the audit trail only grows from one checkpoint to the next',
      );
      if (!atOnce && last && !isDue(last, head, now)) return;
      if (last?.sequence !== head.sequence)
        last = { ...(await signHead(options, last ?? before, head, now)), at: now };
      if (retention !== undefined) await removeOld(options, retention);
    } catch (error) {
      log.error({ err: error }, 'failed to write an audit trail checkpoint');
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

interface LastCheckpoint extends VouchedHead {
  readonly at: number;
}

function isDue(last: LastCheckpoint, head: ChainHead, now: number): boolean {
  return (
    now - last.at >= CHECKPOINT_INTERVAL_MS ||
    head.sequence - last.sequence >= CHECKPOINT_AFTER_EVENTS
  );
}

/**
 * Returns the head of the previous run. A new trail is at its beginning, which is stored before the
 * first event.
 */
async function headBefore({
  trail,
  lastHead,
}: AuditUpkeepOptions): Promise<VouchedHead | undefined> {
  const kept = await lastHead.load();
  const head = await trail.durableHead();
  if (kept || head.sequence > 0) return kept;
  const first: VouchedHead = { ...head, from: 1 };
  await lastHead.save(first);
  return first;
}

/**
 * Signs a head. One that an earlier run wrote is signed as intact only if the files lead there from
 * that run's last checkpoint, `previous`. Otherwise a trail that was rewritten while Keyhold was
 * stopped would become trusted. The checkpoints of this run are those that have a time.
 */
async function signHead(
  options: AuditUpkeepOptions,
  previous: VouchedHead | LastCheckpoint | undefined,
  head: ChainHead,
  now: number,
): Promise<VouchedHead> {
  const { folder, keys, lastHead, log } = options;
  const whole =
    previous !== undefined && ('at' in previous || (await leadsTo(folder, previous, head)));
  if (!whole)
    log.error(
      { to: head.sequence },
      'the audit trail does not continue from its last checkpoint: it was changed',
    );
  // Every later checkpoint repeats it, so that the removal of the broken one hides nothing.
  const signed = { ...head, from: whole ? previous.from : head.sequence + 1 };
  const kind = whole ? 'head' : 'broken';
  await writeCheckpoint(folder, signed, { kind, keys, now });
  await lastHead.save(signed);
  return signed;
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
      throw new Error(`${path} and the file after it do not form one chain`);
    await writeCheckpoint(
      options.folder,
      { ...last, from: 1 },
      { kind: 'removed', keys: options.keys, now: options.clock.now() },
    );
    rmSync(path);
    options.log.info({ file: path }, 'removed an audit trail file that is past its retention');
  }
}

async function lastLine(path: string): Promise<ChainedLine | undefined> {
  for await (const { text } of linesBackwards(path)) return parseLine(text);
  return undefined;
}

function eventOf({ event }: ChainedLine): AuditEvent {
  // Only the trail writes events.
  return JSON.parse(event) as AuditEvent;
}
