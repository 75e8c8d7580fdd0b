import { differing, leafNumber } from './digest-tree.ts';
import type { CallPeer } from './peer-protocol.ts';
import type { RecordSeal } from './record-seal.ts';
import type { Rank, RecordName } from './record.ts';
import type { Replica } from './replica.ts';

/** Branches, leaves and names asked for at a time. */
const AT_A_TIME = 256;

/** What to bring up to date, and the seal under which it comes. */
export interface Catching {
  readonly replica: Replica;
  readonly seal: RecordSeal;
}

/** How a peer stood when it was last compared with. */
export interface PeerState {
  /** Of its records, all up to this sequence are held here. */
  readonly head: number;
  readonly synchronized: boolean;
}

/**
 * Fetches from a peer all that it holds and this HSM lacks, at a cost that grows with what differs and not with what there
 * is. What the peer takes up meanwhile comes after `head` in its order and may be missing.
 */
export async function reconcile({ replica, seal }: Catching, call: CallPeer): Promise<PeerState> {
  const { head, synchronized, branches } = await call('compare', {
    digest: Buffer.from(replica.digests.root),
  });
  const leaves =
    branches.length === 0
      ? []
      : await differingLeaves(replica, differing(replica.digests.branches, branches), call);
  let wanted: RecordName[] = [];
  for (const some of inParts(leaves)) wanted = wanted.concat(await lackingIn(replica, some, call));
  for (const some of inParts(wanted)) await fetchAll({ replica, seal }, some, call);
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
    return differing(digests.leavesOf(branch), theirs).map((leaf) => leafNumber(branch, leaf));
  });
}

async function lackingIn(
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
  { replica, seal }: Catching,
  names: readonly RecordName[],
  call: CallPeer,
): Promise<void> {
  for (let done = 0; done < names.length;) {
    const { records, answered } = await call('fetch', { names: names.slice(done) });
    replica.receive(records.map((record) => seal.open(record)));
    done += answered;
  }
}

function inParts<T>(all: readonly T[]): T[][] {
  const parts = Math.ceil(all.length / AT_A_TIME);
  return Array.from({ length: parts }, (_, part) =>
    all.slice(part * AT_A_TIME, (part + 1) * AT_A_TIME),
  );
}
