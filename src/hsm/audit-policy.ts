import type { Change, Replica } from './replication/index.ts';

const ID = 'audit/cryptography';

/** What the cluster's HSMs record besides management, which they always do. */
export class AuditPolicy {
  #cryptography = false;

  constructor(replica: Replica) {
    replica.subscribe('setting', ({ id, deleted, body }) => {
      if (id === ID) this.#cryptography = !deleted && body === true;
    });
  }

  /** Whether every use of a key is recorded. */
  get cryptography(): boolean {
    return this.#cryptography;
  }

  /** What to write for it to be so. */
  static put(cryptography: boolean): Change {
    return { kind: 'setting', id: ID, body: cryptography };
  }
}
