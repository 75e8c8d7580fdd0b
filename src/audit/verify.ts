import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GENESIS, nextHead, parseLine, type ChainedLine, type ChainHead } from './chain.ts';
import { fingerprint, isSigned, readCheckpoints, type Checkpoint } from './checkpoints.ts';
import { linesOf } from './lines.ts';
import { eventTimeIn } from './lookup.ts';
import { closedSegments, CURRENT } from './segments.ts';
import { bytesAfterLines } from './torn-line.ts';

/** Values that an auditor has kept elsewhere, to verify a trail against. */
export interface Expected {
  /** Fingerprint of the key that signs checkpoints. */
  readonly key?: string;
  /** Heads of the chain at earlier times. */
  readonly heads?: readonly ChainHead[];
}

/** The part of a trail that a signature vouches for. */
export interface Vouched {
  /** Sequence numbers of the first and the last event. */
  readonly from: number;
  readonly to: number;
  /** Time of the checkpoint, ISO 8601. */
  readonly at: string;
}

export interface TrailReport {
  readonly files: number;
  readonly events: number;
  /** Sequence number of the first event that still exists; 0 if the trail is empty. */
  readonly first: number;
  readonly head: ChainHead;
  readonly checkpoints: number;
  /**
   * The events that the newest checkpoint vouches for. A user that can write the files can replace
   * later events, or remove them with the checkpoints after them. Absent without a checkpoint.
   */
  readonly vouched?: Vouched;
  /** Bytes after the last line of the current file: an event that is being written, or not one. */
  readonly bytesAfterLines: number;
  /** Fingerprints of the keys that signed. */
  readonly keys: readonly string[];
  /** Problems found, at most a hundred. Empty if nothing shows a change. */
  readonly problems: readonly string[];
}

const MAX_PROBLEMS = 100;
const MINUTE_MS = 60_000;
/**
 * Longest time, in milliseconds, from the newest checkpoint to the newest event. Keyhold signs
 * every minute. The rest is for clocks that were set.
 */
const MAX_UNSIGNED_MS = 5 * MINUTE_MS;

/**
 * Verifies the whole trail and its checkpoints: reports whether anything was changed, removed or
 * inserted, and up to which event that can be said. Works while Keyhold is stopped.
 */
export async function verifyTrail(folder: string, expected: Expected = {}): Promise<TrailReport> {
  const problems: string[] = [];
  const signed = await checkedHeads(folder, expected, problems);
  const seen = expected.heads ?? [];
  for (const { sequence, hash } of seen) signed.heads.add(sequence, hash, 'was seen before');
  const chain = await checkedChain(folder, signed, problems);
  const last = Math.max(signed.newest?.sequence ?? 0, ...seen.map(({ sequence }) => sequence));
  if (last > chain.head.sequence)
    problems.push(`events ${chain.head.sequence + 1} to ${last} are missing at the end`);
  problems.push(...problemsOfEnd(signed.newest, chain));
  const { newestEventTime: _time, ...facts } = chain;
  return {
    ...facts,
    checkpoints: signed.count,
    bytesAfterLines: unfinishedBytes(folder, problems),
    keys: signed.keys,
    ...(signed.newest && { vouched: vouchedBy(signed.newest, chain.first) }),
    problems: problems.slice(0, MAX_PROBLEMS),
  };
}

/** Returns the bytes after the last line of the current file. A full file must have none. */
function unfinishedBytes(folder: string, problems: string[]): number {
  for (const { path } of closedSegments(folder)) {
    const bytes = bytesAfterLines(path);
    if (bytes > 0) problems.push(`${path}: ${bytes} bytes after the last line are not an event`);
  }
  const current = join(folder, CURRENT);
  return existsSync(current) ? bytesAfterLines(current) : 0;
}

function vouchedBy({ from, sequence, time }: Checkpoint, first: number): Vouched {
  return { from: Math.max(from, first), to: sequence, at: time };
}

/** Checks that the events at the end are signed, except for those of the last few minutes. */
function problemsOfEnd(
  newest: Checkpoint | undefined,
  { head, newestEventTime }: Pick<Chain, 'head' | 'newestEventTime'>,
): string[] {
  if (!newest) return head.sequence > 0 ? ['no checkpoint vouches for any event'] : [];
  const unsignedMs = newestEventTime - Date.parse(newest.time);
  if (head.sequence <= newest.sequence || !(unsignedMs > MAX_UNSIGNED_MS)) return [];
  const minutes = Math.floor(unsignedMs / MINUTE_MS);
  return [
    `events ${newest.sequence + 1} to ${head.sequence} continue for ${minutes} minutes after the last checkpoint, although Keyhold signs one every minute: checkpoints were removed, or could not be written (see Keyhold's log)`,
  ];
}

/** Hashes that events must have, by sequence number. */
class RequiredHashes {
  readonly #hashes = new Map<number, { readonly hash: string; readonly why: string }[]>();

  add(sequence: number, hash: string, why: string): void {
    const known = this.#hashes.get(sequence) ?? [];
    if (!known.some((one) => one.hash === hash)) known.push({ hash, why });
    this.#hashes.set(sequence, known);
  }

  /** Returns why an event is not the required one, or undefined. */
  problemOf({ sequence, hash }: ChainHead): string | undefined {
    const violated = this.#hashes.get(sequence)?.find((one) => one.hash !== hash);
    return violated && `event ${sequence} is not the one that ${violated.why}`;
  }
}

interface SignedHeads {
  readonly heads: RequiredHashes;
  /** Hashes, by sequence number, of the last events of files that were removed by retention. */
  readonly removed: ReadonlyMap<number, string>;
  readonly count: number;
  /** The checkpoint that covers the most events. */
  readonly newest: Checkpoint | undefined;
  readonly keys: readonly string[];
}

async function checkedHeads(
  folder: string,
  { key }: Expected,
  problems: string[],
): Promise<SignedHeads> {
  const heads = new RequiredHashes();
  const removed = new Map<number, string>();
  const keys = new Set<string>();
  let count = 0;
  let newest: Checkpoint | undefined;
  let changedUpTo = 0;
  for await (const checkpoint of readCheckpoints(folder)) {
    count += 1;
    if (!checkpoint || !(await isSigned(checkpoint))) {
      problems.push(`checkpoint ${count} is not signed, or was changed`);
      continue;
    }
    const { kind, sequence, hash, from } = checkpoint;
    const by = fingerprint(checkpoint);
    keys.add(by);
    if (key !== undefined && by !== key) continue;
    if (kind === 'removed') removed.set(sequence, hash);
    else heads.add(sequence, hash, 'a checkpoint signed');
    if (kind !== 'removed' && sequence >= (newest?.sequence ?? 0)) newest = checkpoint;
    changedUpTo = Math.max(changedUpTo, from - 1);
    if (kind === 'broken') {
      problems.push(
        `at ${checkpoint.time} the trail did not continue from its last checkpoint: events up to ${sequence} were changed`,
      );
    }
  }
  if (changedUpTo > 0)
    problems.push(`Keyhold does not vouch for events 1 to ${changedUpTo}: it found them changed`);
  problems.push(...problemsOfKeys([...keys], key));
  return { heads, removed, count, newest, keys: [...keys] };
}

/** An installation has one key that signs checkpoints. */
function problemsOfKeys(keys: readonly string[], expected: string | undefined): string[] {
  if (expected === undefined) {
    return keys.length > 1
      ? [`the checkpoints are signed by ${keys.length} keys: ${keys.join(', ')}; pass Keyhold's`]
      : [];
  }
  const others = keys.filter((key) => key !== expected);
  return [
    ...(keys.includes(expected) ? [] : ['no checkpoint is signed by the expected key']),
    ...others.map((key) => `checkpoints are signed by another key, ${key}, not by ${expected}`),
  ];
}

interface Chain {
  readonly files: number;
  readonly events: number;
  readonly first: number;
  readonly head: ChainHead;
  /** Milliseconds since the epoch. NaN if the trail is empty. */
  readonly newestEventTime: number;
}

async function checkedChain(
  folder: string,
  { heads, removed }: Pick<SignedHeads, 'heads' | 'removed'>,
  problems: string[],
): Promise<Chain> {
  const paths = [...closedSegments(folder).map(({ path }) => path), join(folder, CURRENT)].filter(
    (path) => existsSync(path),
  );
  let head: ChainHead | undefined;
  let last: ChainedLine | undefined;
  let first = 0;
  let events = 0;
  const soFar = (): Chain => ({
    files: paths.length,
    events,
    first,
    head: headOf(last ?? head),
    newestEventTime: Date.parse(eventTimeIn(last?.event ?? '') ?? ''),
  });
  for (const path of paths) {
    let number = 0;
    for await (const { text } of linesOf(path)) {
      number += 1;
      const line = parseLine(text);
      if (line) {
        head ??= startBefore(line.sequence, removed, problems);
        if (events === 0) first = line.sequence;
        events += 1;
        last = line;
      }
      const problem = line && head ? problemOf(line, head, heads) : 'is not an event of the trail';
      if (problem !== undefined) problems.push(`${path}: line ${number}: ${problem}`);
      if (problems.length >= MAX_PROBLEMS) return soFar();
      head = line ?? head;
    }
  }
  return soFar();
}

function headOf({ sequence, hash }: ChainHead = GENESIS): ChainHead {
  return { sequence, hash };
}

function problemOf(
  line: ChainedLine,
  before: ChainHead,
  heads: RequiredHashes,
): string | undefined {
  const wanted = nextHead(before, line.event);
  if (line.sequence !== wanted.sequence)
    return `expected event ${wanted.sequence}, found event ${line.sequence}`;
  if (line.hash !== wanted.hash) return `event ${line.sequence} or an earlier one was changed`;
  return heads.problemOf(line);
}

/**
 * Returns the head that the first existing event must continue: the genesis, or the last event that
 * was removed by retention.
 */
function startBefore(
  sequence: number,
  removed: ReadonlyMap<number, string>,
  problems: string[],
): ChainHead {
  const before = sequence - 1;
  const hash = before === 0 ? GENESIS.hash : removed.get(before);
  if (hash === undefined)
    problems.push(`events before ${sequence} are missing, and were not removed by retention`);
  return { sequence: before, hash: hash ?? GENESIS.hash };
}
