import type { Change, Replica, ReplicaRecord } from '../replication/index.ts';

const MAX_FAILURES = 5;

/**
 * Counts wrong passwords for the cluster. Every HSM counts those that it saw itself, in a record of its own, so that
 * failures on two HSMs at once add up instead of overwriting each other.
 */
export class Lockouts {
  readonly #hsmId: string;
  /** Username → HSM → failures. */
  readonly #failures = new Map<string, Map<string, number>>();

  constructor(replica: Replica, hsmId: string) {
    this.#hsmId = hsmId;
    replica.subscribe('lockout', ({ id, body }: ReplicaRecord) => {
      const [username = '', counter = ''] = id.split('/');
      const counters = this.#failures.get(username) ?? new Map<string, number>();
      this.#failures.set(username, counters.set(counter, (body ?? 0) as number));
    });
  }

  isLocked(username: string): boolean {
    let sum = 0;
    for (const count of this.#failures.get(username)?.values() ?? []) sum += count;
    return sum >= MAX_FAILURES;
  }

  /** What to write after a wrong password. */
  countFailure(username: string): Change[] {
    const count = this.#failures.get(username)?.get(this.#hsmId) ?? 0;
    return [{ kind: 'lockout', id: `${username}/${this.#hsmId}`, body: count + 1 }];
  }

  /** What to write to begin anew. */
  forget(username: string): Change[] {
    const counters = [...(this.#failures.get(username) ?? [])].filter(([, count]) => count > 0);
    return counters.map(([counter]) => ({ kind: 'lockout', id: `${username}/${counter}`, body: 0 }));
  }
}
