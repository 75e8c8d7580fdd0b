import type { Change, Replica, ReplicaRecord } from '../replication/index.ts';

const MAX_FAILURES = 5;

type Counts = Readonly<Record<string, number>>;

/**
 * Counts wrong passwords across the cluster. Each HSM counts those that it saw itself, in a record
 * that only it writes. A pardon states up to which count of each HSM failures are forgiven.
 * Failures on two HSMs at the same time therefore add up, and neither does a failure undo a
 * concurrent pardon elsewhere, nor a pardon a concurrent failure.
 */
export class Lockouts {
  readonly #hsmId: string;
  /** Username → HSM → total failures. */
  readonly #failures = new Map<string, Map<string, number>>();
  /** Username → HSM → number of forgiven failures. */
  readonly #pardons = new Map<string, Counts>();

  constructor(replica: Replica, hsmId: string) {
    this.#hsmId = hsmId;
    replica.subscribe('lockout', ({ id, body }: ReplicaRecord) => {
      const [username = '', counter] = id.split('/');
      if (counter === undefined) return this.#pardons.set(username, body as Counts);
      const counters = this.#failures.get(username) ?? new Map<string, number>();
      return this.#failures.set(username, counters.set(counter, body as number));
    });
  }

  isLocked(username: string): boolean {
    const pardoned = this.#pardons.get(username) ?? {};
    let sum = 0;
    for (const [counter, count] of this.#failures.get(username) ?? [])
      sum += Math.max(count - (pardoned[counter] ?? 0), 0);
    return sum >= MAX_FAILURES;
  }

  /** Returns the change that records a wrong password. */
  countFailure(username: string): Change[] {
    const count = this.#failures.get(username)?.get(this.#hsmId) ?? 0;
    return [{ kind: 'lockout', id: `${username}/${this.#hsmId}`, body: count + 1 }];
  }

  /** Returns the change that forgives all failures so far. */
  forget(username: string): Change[] {
    const counters = this.#failures.get(username);
    const pardoned = this.#pardons.get(username) ?? {};
    if (!counters || [...counters].every(([counter, count]) => count <= (pardoned[counter] ?? 0)))
      return [];
    return [{ kind: 'lockout', id: username, body: Object.fromEntries(counters) }];
  }
}
