import { setImmediate as turn } from 'node:timers/promises';
import type { ClusterIdentity } from '../identity/index.ts';
import { isRecoveryRecord } from '../recovery/index.ts';
import type { Replica, ReplicaRecord } from '../replication/index.ts';
import { packValue, unpackValue } from '../wire/index.ts';

/** Records read at a time. The HSM serves requests in between. */
const BATCH_RECORDS = 200;

/** Complete state of a cluster: its secrets and all records. */
export interface BackupContents {
  /** Named as in the file format. */
  readonly facts: ClusterIdentity;
  readonly records: readonly ReplicaRecord[];
}

/**
 * Returns all records of the replica but the recovery key, which must not be in what it seals. A
 * record that changes in the meantime is contained twice, the
 * newer state last.
 */
export async function gatherRecords(replica: Replica): Promise<ReplicaRecord[]> {
  const records: ReplicaRecord[] = [];
  for (let after = 0; ;) {
    const batch = replica.recordsAfter(after, BATCH_RECORDS);
    records.push(
      ...batch
        .filter((record) => !isRecoveryRecord(record))
        .map(({ kind, id, version, deleted, body }) => ({ kind, id, version, deleted, body })),
    );
    if (batch.length < BATCH_RECORDS) return records;
    after = batch.at(-1)?.sequence ?? after;
    await turn();
  }
}

export function packContents(contents: BackupContents): Buffer {
  return packValue(contents);
}

/** Decodes the result of `packContents`. The seal proves that the bytes are genuine. */
export function unpackContents(bytes: Uint8Array): BackupContents {
  return unpackValue(bytes) as BackupContents;
}
