import type { Clock } from '../../base/index.ts';
import { sha256 } from '../../crypto/index.ts';
import type { Database } from '../storage/index.ts';
import type { AuditRecord } from '../wire/index.ts';

/** CloudHSM's names of what is recorded, and ours (KH) for what it has none for. */
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
  | 'KH_REMOVE_QUORUM_KEY';

/** What is said of an event; `response` is `success` if left out. */
export type AuditEntry = { readonly opcode: Opcode; readonly response?: string } & Pick<
  AuditRecord,
  'session' | 'username' | 'role' | 'keyHandle' | 'detail'
>;

const GENESIS = '0'.repeat(64);

export class Audit {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Only inside the database transaction of the change that it records. */
  append(entry: AuditEntry): void {
    const sequence = this.#database.auditLength();
    // Read back rather than remembered, so that a transaction that is rolled back can't break the chain.
    const [last] = this.#database.auditFrom(sequence - 1, 1) as AuditRecord[];
    const { opcode, response = 'success', ...rest } = entry;
    const fields = { sequence, time: this.#clock.now(), opcode, response, ...rest };
    this.#database.appendAudit(sequence, { ...fields, hash: chainHash(last?.hash ?? GENESIS, fields) });
  }

  /** Records what changed nothing: a login, a refusal. */
  note(entry: AuditEntry): void {
    this.#database.transact(() => this.append(entry));
  }

  read(from: number, limit: number): { readonly records: readonly AuditRecord[]; readonly total: number } {
    return { records: this.#database.auditFrom(from, limit) as AuditRecord[], total: this.#database.auditLength() };
  }
}

/** Hex SHA-256 over the previous hash and the fields in this fixed order, as a JSON array with null for what is missing. */
export function chainHash(previous: string, record: Omit<AuditRecord, 'hash'>): string {
  const { sequence, time, opcode, response, session, username, role, keyHandle, detail } = record;
  return sha256(JSON.stringify([previous, sequence, time, opcode, response, session, username, role, keyHandle, detail])).toString('hex');
}
