import type { Clock, Logger } from '../base/index.ts';
import type { AuditTrail } from './audit-trail.ts';
import { cloudTrailServiceEvent } from './cloud-trail-event.ts';

/** A request that was rejected before the operation, and therefore has no event of its own. */
export interface RejectedRequest {
  /** Error code of the response. */
  readonly reason: string;
  /** Address of the client. */
  readonly source: string;
}

export interface RejectedRequestsOptions {
  readonly trail: AuditTrail;
  /** Account and Region that the summaries belong to. */
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RejectedRequests {
  note(request: RejectedRequest): void;
  /** Records what has been noted since the last summary. */
  close(): Promise<void>;
}

/** Interval between summaries. */
const INTERVAL_MS = 60_000;
/** Maximum number of client addresses that a summary counts separately. */
const MAX_SOURCES = 50;

/**
 * Records rejected requests as one event per minute, if there were any: their number, reasons and
 * client addresses, the first and the last. An event for each would let clients without credentials
 * fill the disk.
 */
export function summarizeRejectedRequests(options: RejectedRequestsOptions): RejectedRequests {
  const { clock, log } = options;
  let summary: Summary | undefined;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    const taken = summary;
    if (!taken) return;
    summary = undefined;
    try {
      await options.trail.record(taken.event(options));
    } catch (error) {
      log.error({ err: error }, 'failed to record a summary of rejected requests');
      // Counted again in the next summary.
      summary = summary ? taken.with(summary) : taken;
    }
  }

  function next(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  const timer = setInterval(() => void next(), INTERVAL_MS);
  timer.unref();
  return {
    note(request) {
      summary ??= new Summary(clock.now());
      summary.add(request, clock.now());
    },
    async close() {
      clearInterval(timer);
      await next();
    },
  };
}

/** Counts of one interval. */
class Summary {
  readonly #first: number;
  #last: number;
  #count = 0;
  #fromOtherSources = 0;
  readonly #reasons = new Map<string, number>();
  readonly #sources = new Map<string, number>();

  constructor(now: number) {
    this.#first = now;
    this.#last = now;
  }

  add({ reason, source }: RejectedRequest, now: number): void {
    this.#last = now;
    this.#count += 1;
    // Reasons are error codes, of which there are few.
    addTo(this.#reasons, reason, 1);
    this.#addSource(source, 1);
  }

  /** Adds the counts of a later interval. */
  with(later: Summary): this {
    this.#last = later.#last;
    this.#count += later.#count;
    this.#fromOtherSources += later.#fromOtherSources;
    for (const [reason, count] of later.#reasons) addTo(this.#reasons, reason, count);
    for (const [source, count] of later.#sources) this.#addSource(source, count);
    return this;
  }

  event({ account, region, clock }: RejectedRequestsOptions) {
    return cloudTrailServiceEvent({
      time: clock.now(),
      eventSource: 'keyhold',
      eventName: 'RejectRequests',
      region,
      account,
      serviceEventDetails: {
        count: this.#count,
        first: new Date(this.#first).toISOString(),
        last: new Date(this.#last).toISOString(),
        reasons: Object.fromEntries(this.#reasons),
        sourceIPAddresses: Object.fromEntries(this.#sources),
        fromOtherAddresses: this.#fromOtherSources,
      },
    });
  }

  #addSource(source: string, count: number): void {
    if (this.#sources.size < MAX_SOURCES || this.#sources.has(source))
      addTo(this.#sources, source, count);
    else this.#fromOtherSources += count;
  }
}

function addTo(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
