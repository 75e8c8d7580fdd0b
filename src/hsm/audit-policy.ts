import type { Change, Replica } from './replication/index.ts';

const ID = 'audit/cryptography';

/**
 * The cluster's setting of what HSMs record in addition to management operations, which they always
 * record.
 */
export class AuditPolicy {
  #cryptography = false;

  constructor(replica: Replica) {
    replica.subscribe('setting', ({ id, deleted, body }) => {
      if (id === ID) this.#cryptography = !deleted && body === true;
    });
  }

  /** Returns whether every use of a key is recorded. */
  get cryptography(): boolean {
    return this.#cryptography;
  }

  /** Returns the change that sets whether every use of a key is recorded. */
  static put(cryptography: boolean): Change {
    return { kind: 'setting', id: ID, body: cryptography };
  }
}
