import type { Change, RecordName, Replica, ReplicaRecord } from '../replication/index.ts';
import type { RecoveryInfo } from '../wire/index.ts';

/** The recovery key with its public facts. Never part of a backup's contents, a log or a status. */
export interface RecoverySet extends RecoveryInfo {
  /** 32 bytes. */
  readonly key: Uint8Array;
}

const RECORD = { kind: 'setting', id: 'recovery' } as const;

/** The cluster's current recovery set, the same on all HSMs. */
export class Recovery {
  #set: RecoverySet | undefined;

  constructor(replica: Replica) {
    replica.subscribe('setting', (record) => {
      // Only HSMs of the cluster write the record.
      if (isRecoveryRecord(record)) this.#set = record.body as RecoverySet;
    });
  }

  /** Undefined if the cluster has no recovery holders. */
  get set(): RecoverySet | undefined {
    return this.#set;
  }

  /** Returns the change that replaces the recovery set. */
  static put(set: RecoverySet): Change {
    return { ...RECORD, body: set };
  }

  /** Returns the record with which a restored HSM starts. `hsmId` is the restored HSM. */
  static restoredRecord(set: RecoverySet, hsmId: string): ReplicaRecord {
    return { ...RECORD, version: [1, `${hsmId}.restore`], deleted: false, body: set };
  }
}

export function isRecoveryRecord({ kind, id }: RecordName): boolean {
  return kind === RECORD.kind && id === RECORD.id;
}
