import { setImmediate as turn } from 'node:timers/promises';
import type { ClusterIdentity } from '../identity/index.ts';
import type { Replica, ReplicaRecord } from '../replication/index.ts';
import { packValue, unpackValue } from '../wire/index.ts';

/** Records read at a time: the HSM goes on answering in between. */
const BATCH = 200;

/** All that a cluster is: its secrets, and every record that its HSMs hold. */
export interface BackupContents {
  /** Named as in the file format. */
  readonly facts: ClusterIdentity;
  readonly records: readonly ReplicaRecord[];
}

/** What the replica holds. What changes meanwhile comes in twice, the newer state last. */
export async function gatherRecords(replica: Replica): Promise<ReplicaRecord[]> {
  const records: ReplicaRecord[] = [];
  for (let after = 0; ;) {
    const batch = replica.recordsAfter(after, BATCH);
    records.push(
      ...batch.map(({ kind, id, version, deleted, body }) => ({
        kind,
        id,
        version,
        deleted,
        body,
      })),
    );
    if (batch.length < BATCH) return records;
    after = batch.at(-1)?.sequence ?? after;
    await turn();
  }
}

export function packContents(contents: BackupContents): Buffer {
  return packValue(contents);
}

/** Of bytes that `packContents` made: that nobody else did shows when the seal around them opens. */
export function unpackContents(bytes: Uint8Array): BackupContents {
  return unpackValue(bytes) as BackupContents;
}
