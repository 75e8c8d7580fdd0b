import { assertInvariant, type Clock } from '../../base/index.ts';
import { chainHash, GENESIS } from '../../crypto/index.ts';
import type { Database } from '../storage/index.ts';
import { auditFields, CHECKPOINT, type AUDIT_NONCE, type AuditEntry } from '../wire/index.ts';

/**
 * Opcodes of recorded events: CloudHSM's where it has one, and Keyhold's own (`KH_…`) otherwise.
 */
export type Opcode =
  | 'CN_INIT_TOKEN'
  | 'CN_GEN_PSWD_ENC_KEY'
  | 'CN_CREATE_APPLIANCE_USER'
  | 'CN_INIT_DONE'
  | 'CN_CERT_AUTH_STORE_CERT'
  | 'CN_CLONE_SOURCE_STAGE1'
  | 'CN_CLONE_TARGET_INIT'
  | 'CN_CLONE_TARGET_STAGE1'
  | 'CN_LOGIN'
  | 'CN_LOGOUT'
  | 'CN_APP_FINALIZE'
  | 'CN_CREATE_CO'
  | 'CN_CREATE_USER'
  | 'CN_DELETE_USER'
  | 'CN_CHANGE_PSWD'
  | 'CN_GENERATE_KEY'
  | 'CN_GENERATE_KEY_PAIR'
  | 'CN_MODIFY_OBJECT'
  | 'CN_DESTROY_OBJECT'
  | 'CN_TOMBSTONE_OBJECT'
  | 'CN_SHARE_OBJECT'
  | 'CN_WRAP_KEY'
  | 'CN_UNWRAP_KEY'
  | 'CN_INSERT_MASKED_OBJECT_USER'
  | 'CN_BACKUP_BEGIN'
  | 'CN_BACKUP_END'
  | 'CN_RESTORE_BEGIN'
  | 'CN_RESTORE_END'
  | 'CN_SET_M_VALUE'
  | 'CN_GET_TOKEN'
  | 'CN_APPROVE_TOKEN'
  | 'CN_DELETE_TOKEN'
  | 'KH_REGISTER_QUORUM_KEY'
  | 'KH_REMOVE_QUORUM_KEY'
  | 'KH_SET_RECOVERY'
  | 'KH_PERMIT_RESTORE'
  | 'KH_SYNCHRONIZED'
  | 'KH_JOIN_REQUEST'
  | 'KH_ADMIT_HSM'
  | 'KH_MEMBER_ADDED'
  | 'KH_MEMBER_REMOVED'
  | 'KH_NODE_ADDED'
  | 'KH_NODE_REMOVED'
  | 'KH_SET_AUDIT_POLICY'
  | 'KH_USE_KEY'
  | 'KH_RECEIVE_USER'
  | typeof AUDIT_NONCE
  | 'KH_LOGOUT_USER'
  | 'KH_DISABLE_USER'
  | 'KH_ENABLE_USER'
  | 'KH_FAILED_LOGINS'
  | typeof CHECKPOINT;

/** The part of an entry that the caller provides. `response` defaults to `success`. */
export type NewAuditEntry = { readonly opcode: Opcode; readonly response?: string } & Pick<
  AuditEntry,
  'session' | 'username' | 'role' | 'keyHandle' | 'detail'
>;

/** Maximum number of entries between two checkpoints. */
const CHECKPOINT_AFTER_ENTRIES = 256;
/**
 * Time after a checkpoint, in milliseconds, from which on the next one is due. With the interval
 * between checks, an entry is signed within a minute.
 */
const CHECKPOINT_INTERVAL_MS = 50_000;

/**
 * Signs a checkpoint, given its sequence number and the hash of the entry before it. Returns
 * base64.
 */
export type CheckpointSigner = (sequence: number, previous: string) => string;

export class Audit {
  readonly #database: Database;
  readonly #clock: Clock;
  #sign: CheckpointSigner | undefined;
  #deferred: NewAuditEntry[] = [];

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Enables checkpoints, which `sign` signs. */
  signWith(sign: CheckpointSigner): void {
    this.#sign = sign;
  }

  /**
   * Appends an entry. Must be called inside the database transaction of the change that it records.
   */
  append(entry: NewAuditEntry): void {
    const { sequence } = this.#add(entry);
    if (sequence - this.#lastCheckpoint().sequence >= CHECKPOINT_AFTER_ENTRIES)
      this.#addCheckpoint();
  }

  /**
   * Appends an entry in its own transaction, for an event that changes nothing else: a login, a
   * rejected command.
   */
  note(entry: NewAuditEntry): void {
    this.#database.transact(() => this.append(entry));
  }

  /** Defers an entry to the next `flush`, which must come before any client learns of the event. */
  defer(entry: NewAuditEntry): void {
    this.#deferred.push(entry);
  }

  /** Appends all deferred entries in one transaction. */
  flush(): void {
    if (this.#deferred.length === 0) return;
    const entries = this.#deferred;
    this.#deferred = [];
    this.#database.transact(() => {
      for (const entry of entries) this.append(entry);
    });
  }

  /** Signs everything recorded so far, unless the last entry is a checkpoint already. */
  checkpoint(): void {
    if (this.#last()?.opcode !== CHECKPOINT) this.#database.transact(() => this.#addCheckpoint());
  }

  /** Signs everything recorded so far if the last checkpoint is older than the interval. */
  checkpointIfDue(): void {
    if (this.#clock.now() - this.#lastCheckpoint().time >= CHECKPOINT_INTERVAL_MS)
      this.checkpoint();
  }

  read(
    from: number,
    limit: number,
  ): { readonly records: readonly AuditEntry[]; readonly total: number } {
    return {
      records: this.#database.auditFrom(from, limit) as AuditEntry[],
      total: this.#database.auditLength(),
    };
  }

  #addCheckpoint(): void {
    const last = this.#last();
    if (!this.#sign || !last) return;
    const { sequence } = this.#add({
      opcode: CHECKPOINT,
      detail: this.#sign(last.sequence + 1, last.hash),
    });
    assertInvariant(
      sequence === last.sequence + 1,
      'a checkpoint signs the entry that it follows in the log',
    );
  }

  #add(entry: NewAuditEntry): AuditEntry {
    const last = this.#last();
    const { opcode, response = 'success', ...rest } = entry;
    const fields = {
      sequence: (last?.sequence ?? -1) + 1,
      time: this.#clock.now(),
      opcode,
      response,
      ...rest,
    };
    const record = { ...fields, hash: chainHash(last?.hash ?? GENESIS, auditFields(fields)) };
    this.#database.appendAudit(record.sequence, record);
    if (opcode === CHECKPOINT)
      this.#database.putSetting('checkpoint', { sequence: record.sequence, time: record.time });
    return record;
  }

  /**
   * Reads the last entry from the database. It is not remembered, so that a transaction that is
   * rolled back cannot break the chain.
   */
  #last(): AuditEntry | undefined {
    const length = this.#database.auditLength();
    const last = this.#database.auditFrom(length - 1, 1)[0] as AuditEntry | undefined;
    assertInvariant(
      length === (last ? last.sequence + 1 : 0),
      'the entries of the audit log are numbered consecutively from 0',
    );
    return last;
  }

  #lastCheckpoint(): { readonly sequence: number; readonly time: number } {
    const last = this.#database.setting('checkpoint') as
      | { readonly sequence: number; readonly time: number }
      | undefined;
    return last ?? { sequence: 0, time: 0 };
  }
}
