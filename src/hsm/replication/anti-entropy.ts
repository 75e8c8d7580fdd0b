import { differingDigests, leafNumber } from './digest-tree.ts';
import type { RecordExchange } from './link-context.ts';
import type { CallPeer } from './peer-protocol.ts';
import type { Rank, RecordName } from './record.ts';
import type { Replica } from './replica.ts';

/** Maximum number of branches, leaves or names that are requested at a time. */
const MAX_BATCH_ITEMS = 256;

/** Result of a comparison with a peer. */
export interface Comparison {
  /**
   * Sequence of the peer's newest record at that time. This HSM holds all of the peer's records up
   * to it.
   */
  readonly head: number;
  /** True if the peer was synchronized itself. */
  readonly synchronized: boolean;
}

/**
 * Runs anti-entropy with a peer: fetches everything that the peer holds and this HSM lacks. The
 * cost grows with the difference, not with the total. Records that the peer stores in the meantime
 * come after `head` in its order and may be missing.
 */
export async function fetchMissing(
  { replica, seal }: RecordExchange,
  call: CallPeer,
): Promise<Comparison> {
  const { head, synchronized, branches } = await call('compare', {
    digest: Buffer.from(replica.digests.root),
  });
  const leaves =
    branches.length === 0
      ? []
      : await differingLeaves(replica, differingDigests(replica.digests.branches, branches), call);
  let wanted: RecordName[] = [];
  for (const some of batchesOf(leaves))
    wanted = wanted.concat(await missingIn(replica, some, call));
  for (const some of batchesOf(wanted)) await fetchAll({ replica, seal }, some, call);
  return { head, synchronized };
}

async function differingLeaves(
  { digests }: Replica,
  branches: readonly number[],
  call: CallPeer,
): Promise<number[]> {
  const answer = await call('leaves', { branches });
  return branches.flatMap((branch, index) => {
    const theirs = answer.digests[index] ?? new Uint8Array();
    return differingDigests(digests.leavesOf(branch), theirs).map((leaf) =>
      leafNumber(branch, leaf),
    );
  });
}

async function missingIn(
  replica: Replica,
  leaves: readonly number[],
  call: CallPeer,
): Promise<RecordName[]> {
  const lacking: (RecordName & Rank)[] = [];
  for (let done = 0; done < leaves.length;) {
    const { records, answered } = await call('list', { leaves: leaves.slice(done) });
    lacking.push(...records.filter((record) => replica.lacks(record)));
    done += answered;
  }
  return lacking.map(({ kind, id }) => ({ kind, id }));
}

async function fetchAll(
  { replica, seal }: RecordExchange,
  names: readonly RecordName[],
  call: CallPeer,
): Promise<void> {
  for (let done = 0; done < names.length;) {
    const { records, answered } = await call('fetch', { names: names.slice(done) });
    replica.receive(records.map((record) => seal.open(record)));
    done += answered;
  }
}

function batchesOf<T>(all: readonly T[]): T[][] {
  const parts = Math.ceil(all.length / MAX_BATCH_ITEMS);
  return Array.from({ length: parts }, (_, part) =>
    all.slice(part * MAX_BATCH_ITEMS, (part + 1) * MAX_BATCH_ITEMS),
  );
}
