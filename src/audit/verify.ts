import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GENESIS, nextHead, parseLine, type ChainedLine, type ChainHead } from './chain.ts';
import { fingerprint, isSigned, readCheckpoints } from './checkpoints.ts';
import { linesOf } from './lines.ts';
import { closedSegments, CURRENT } from './segments.ts';

/** Values that an auditor has kept elsewhere, to verify a trail against. */
export interface Expected {
  /** Fingerprint of the key that signs checkpoints. */
  readonly key?: string;
  /** Head of the chain at an earlier time. */
  readonly head?: ChainHead;
}

export interface TrailReport {
  readonly files: number;
  readonly events: number;
  /** Sequence number of the first event that still exists; 0 if the trail is empty. */
  readonly first: number;
  readonly head: ChainHead;
  readonly checkpoints: number;
  /** Sequence number of the newest event that a checkpoint covers. Later ones are only chained. */
  readonly signedUpTo: number;
  /** Fingerprints of the keys that signed. */
  readonly keys: readonly string[];
  /** Problems found, at most a hundred. Empty if the trail is intact. */
  readonly problems: readonly string[];
}

const MAX_PROBLEMS = 100;

/**
 * Verifies the whole trail and its checkpoints: reports whether anything was changed, removed or
 * inserted. Works while Keyhold is stopped.
 */
export async function verifyTrail(folder: string, expected: Expected = {}): Promise<TrailReport> {
  const problems: string[] = [];
  const signed = await checkedHeads(folder, expected, problems);
  const { heads } = signed;
  if (expected.key !== undefined && !signed.keys.includes(expected.key))
    problems.push('no checkpoint is signed by the expected key');
  if (expected.head) heads.set(expected.head.sequence, expected.head.hash);
  const chain = await checkedChain(folder, signed, problems);
  const last = Math.max(signed.newest, expected.head?.sequence ?? 0);
  if (last > chain.head.sequence)
    problems.push(`events ${chain.head.sequence + 1} to ${last} are missing at the end`);
  return {
    ...chain,
    checkpoints: signed.count,
    keys: signed.keys,
    signedUpTo: signed.newest,
    problems: problems.slice(0, MAX_PROBLEMS),
  };
}

interface SignedHeads {
  /** Hashes by sequence number. */
  readonly heads: Map<number, string>;
  /** Hashes, by sequence number, of the last events of files that were removed by retention. */
  readonly removed: ReadonlyMap<number, string>;
  readonly count: number;
  readonly newest: number;
  readonly keys: readonly string[];
}

async function checkedHeads(
  folder: string,
  { key }: Expected,
  problems: string[],
): Promise<SignedHeads> {
  const heads = new Map<number, string>();
  const removed = new Map<number, string>();
  const keys = new Set<string>();
  let count = 0;
  let newest = 0;
  for await (const checkpoint of readCheckpoints(folder)) {
    count += 1;
    if (!checkpoint || !(await isSigned(checkpoint))) {
      problems.push(`checkpoint ${count} is not signed, or was changed`);
      continue;
    }
    const by = fingerprint(checkpoint);
    keys.add(by);
    if (key !== undefined && by !== key)
      problems.push(`checkpoint ${count} is signed by another key, ${by}`);
    else if (checkpoint.kind === 'removed') removed.set(checkpoint.sequence, checkpoint.hash);
    else heads.set(checkpoint.sequence, checkpoint.hash);
    if (checkpoint.kind === 'broken') {
      problems.push(
        `at ${checkpoint.time} the trail did not continue from its last checkpoint: events up to ${checkpoint.sequence} were changed`,
      );
    }
    newest = Math.max(newest, checkpoint.sequence);
  }
  return { heads, removed, count, newest, keys: [...keys] };
}

async function checkedChain(
  folder: string,
  { heads, removed }: Pick<SignedHeads, 'heads' | 'removed'>,
  problems: string[],
) {
  const paths = [...closedSegments(folder).map(({ path }) => path), join(folder, CURRENT)].filter(
    (path) => existsSync(path),
  );
  let head: ChainHead | undefined;
  let first = 0;
  let events = 0;
  for (const path of paths) {
    let number = 0;
    for await (const { text } of linesOf(path)) {
      number += 1;
      const line = parseLine(text);
      if (line) {
        head ??= startBefore(line.sequence, removed, problems);
        if (events === 0) first = line.sequence;
        events += 1;
      }
      const problem = line && head ? problemOf(line, head, heads) : 'is not an event of the trail';
      if (problem !== undefined) problems.push(`${path}: line ${number}: ${problem}`);
      if (problems.length >= MAX_PROBLEMS)
        return { files: paths.length, events, first, head: headOf(line ?? head) };
      head = line ?? head;
    }
  }
  return { files: paths.length, events, first, head: headOf(head) };
}

function headOf({ sequence, hash }: ChainHead = GENESIS): ChainHead {
  return { sequence, hash };
}

function problemOf(
  line: ChainedLine,
  before: ChainHead,
  heads: ReadonlyMap<number, string>,
): string | undefined {
  const wanted = nextHead(before, line.event);
  if (line.sequence !== wanted.sequence)
    return `expected event ${wanted.sequence}, found event ${line.sequence}`;
  if (line.hash !== wanted.hash) return `event ${line.sequence} or an earlier one was changed`;
  const signed = heads.get(line.sequence);
  return signed === undefined || signed === line.hash
    ? undefined
    : `event ${line.sequence} is not the one that a checkpoint signed`;
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
