import { BoundedCache, type Clock } from '../../base/index.ts';
import type { Change, Replica, ReplicaRecord } from '../replication/index.ts';

const KNOWN = 'login-sources/';
/** Maximum number of known addresses per user. The one that was least recently added is dropped. */
const MAX_KNOWN = 8;
/** Maximum number of pairs of user and address whose failures are counted at this HSM. */
const MAX_COUNTED = 4_096;
/** Failures from one address after which it must wait. */
const FAILURES_PER_ADDRESS = 5;
/** Failures from all unknown addresses together after which all of them must wait. */
const FAILURES_OF_UNKNOWN = 50;
const MIN_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;

interface Failures {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly waitUntil: number;
}

/**
 * The addresses from which each user has logged in, and the failed logins from other addresses.
 * Only failures from known addresses count towards the lock of the user. Others delay further
 * attempts, first from the same address and then from all unknown ones, so that a client that
 * guesses passwords can lock out itself only. The known addresses are the same on all HSMs. Each
 * HSM counts the failures that it saw.
 */
export class LoginSources {
  readonly #clock: Clock;
  readonly #known = new Map<string, readonly string[]>();
  readonly #passwords = new Map<string, unknown>();
  readonly #failures = new BoundedCache<string, Failures>(MAX_COUNTED);
  /** Bounded by the number of users. */
  readonly #failuresOfUnknown = new Map<string, Failures>();

  constructor(replica: Replica, clock: Clock) {
    this.#clock = clock;
    replica.subscribe('setting', ({ id, deleted, body }: ReplicaRecord) => {
      if (!id.startsWith(KNOWN)) return;
      const username = id.slice(KNOWN.length);
      if (deleted) this.#known.delete(username);
      else this.#known.set(username, body as readonly string[]);
    });
    replica.subscribe('user', ({ id, deleted, body }: ReplicaRecord) => {
      const { password } = { password: undefined, ...Object(body) } as { password?: unknown };
      if (deleted) this.#passwords.delete(id);
      // With a new password, earlier guesses are worth nothing.
      if (this.#passwords.get(id) !== password) this.#pardon(id);
      if (!deleted) this.#passwords.set(id, password);
    });
  }

  isKnown(username: string, address: string): boolean {
    return this.#known.get(username)?.includes(address) === true;
  }

  /**
   * Returns how long a login must wait, in milliseconds. `slowKnown` also delays known addresses.
   */
  wait(username: string, address: string, slowKnown: boolean): number {
    const known = this.isKnown(username, address);
    if (known && !slowKnown) return 0;
    const waits = [this.#failures.get(key(username, address))?.waitUntil ?? 0];
    if (!known) waits.push(this.#failuresOfUnknown.get(username)?.waitUntil ?? 0);
    return Math.max(0, Math.max(...waits) - this.#clock.now());
  }

  /** Counts a wrong password. */
  countFailure(username: string, address: string): void {
    const pair = key(username, address);
    this.#failures.set(pair, this.#oneMore(this.#failures.get(pair), FAILURES_PER_ADDRESS));
    if (this.isKnown(username, address)) return;
    this.#failuresOfUnknown.set(
      username,
      this.#oneMore(this.#failuresOfUnknown.get(username), FAILURES_OF_UNKNOWN),
    );
  }

  /** Records a successful login. Returns the change that makes the address known, if it is not. */
  remember(username: string, address: string): Change[] {
    this.#failures.delete(key(username, address));
    const known = this.#known.get(username) ?? [];
    const position = known.indexOf(address);
    // Addresses in use stay, without a write for each login.
    if (position !== -1 && position < MAX_KNOWN / 2) return [];
    const next = [address, ...known.filter((one) => one !== address)].slice(0, MAX_KNOWN);
    return [{ kind: 'setting', id: KNOWN + username, body: next }];
  }

  /** Returns the change that removes the addresses of a user. */
  forget(username: string): Change[] {
    return this.#known.has(username) ? [{ kind: 'setting', id: KNOWN + username }] : [];
  }

  #oneMore(failures: Failures | undefined, allowed: number): Failures {
    const count = (failures?.count ?? 0) + 1;
    const wait = Math.min(MIN_WAIT_MS * 2 ** Math.min(count - allowed, 16), MAX_WAIT_MS);
    return { count, waitUntil: count < allowed ? 0 : this.#clock.now() + wait };
  }

  #pardon(username: string): void {
    this.#failuresOfUnknown.delete(username);
    // Once per change of a password, over a bounded number of entries.
    for (const pair of this.#failures.keys())
      if (pair.startsWith(key(username, ''))) this.#failures.delete(pair);
  }
}

function key(username: string, address: string): string {
  return `${username} ${address}`;
}

/**
 * Returns the part of an IP address that one client controls: of an IPv6 address, the network of 64
 * bits.
 */
export function sourceOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0');
  const network = [...groups, ...(tail === undefined ? [] : zeros), ...rest].slice(0, 4);
  return `${network.join(':')}::/64`;
}
