import { TokenBucket, type Clock } from '../../base/index.ts';
import type { Audit, NewAuditEntry } from './audit.ts';

/** Failed logins that are recorded one by one: on average, and after a quiet time. */
const RECORDED_PER_MINUTE = 20;
const RECORDED_AT_ONCE = 40;
const SUMMARY_INTERVAL_MS = 60_000;
/** Maximum number of addresses and users that a summary distinguishes. */
const MAX_DISTINCT = 1_000;
/** Maximum number of users that a summary names. */
const MAX_NAMED = 8;

interface Summary {
  count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  last: number;
  readonly sources: Set<string>;
  readonly users: Map<string, number>;
}

/**
 * Records failed logins. Beyond a rate, it only counts them, and one entry sums them up: anyone who
 * reaches the port could otherwise fill the disk. A crash loses what was counted since the last
 * summary.
 */
export class FailedLogins {
  readonly #audit: Pick<Audit, 'note'>;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  #summary: Summary | undefined;

  constructor(audit: Pick<Audit, 'note'>, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
    this.#bucket = new TokenBucket(RECORDED_PER_MINUTE / 60, RECORDED_AT_ONCE, clock);
  }

  /** Records or counts a failed login. `user` is undefined if there is no such user. */
  note(entry: NewAuditEntry, source: string, user: string | undefined): void {
    if (this.#bucket.take()) return this.#audit.note(entry);
    const now = this.#clock.now();
    const summary = (this.#summary ??= {
      count: 0,
      first: now,
      last: now,
      sources: new Set(),
      users: new Map(),
    });
    summary.count += 1;
    summary.last = now;
    if (summary.sources.size < MAX_DISTINCT) summary.sources.add(source);
    const name = user ?? 'unknown users';
    if (summary.users.size < MAX_DISTINCT || summary.users.has(name))
      summary.users.set(name, (summary.users.get(name) ?? 0) + 1);
  }

  /** Writes the summary if it covers at least a minute. */
  flushIfDue(): void {
    if (this.#summary && this.#clock.now() - this.#summary.first >= SUMMARY_INTERVAL_MS)
      this.flush();
  }

  /** Writes the summary of what was only counted, if anything was. */
  flush(): void {
    const summary = this.#summary;
    if (!summary) return;
    this.#audit.note({
      opcode: 'KH_FAILED_LOGINS',
      response: 'summarized',
      detail: describe(summary),
    });
    this.#summary = undefined;
  }
}

function describe({ count, first, last, sources, users }: Summary): string {
  const from = `${sources.size}${sources.size === MAX_DISTINCT ? ' or more' : ''}`;
  const named = [...users].toSorted(([, a], [, b]) => b - a).slice(0, MAX_NAMED);
  const names = named.map(([name, failures]) => `${name} ${failures}`).join(', ');
  const [start, end] = [first, last].map((time) => new Date(time).toISOString());
  return `${count} failed logins from ${from} addresses, ${start} to ${end}: ${names}`;
}
