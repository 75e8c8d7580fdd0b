import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../base/index.ts';
import { startHsmProcess, type HsmProcess, type HsmProcessOptions } from './hsm-process.ts';

const RESTART_DELAY_MIN_MS = 100;
const RESTART_DELAY_MAX_MS = 10_000;
/** Run time after which an HSM counts as stable: its next restart has the minimum delay again. */
const STABLE_AFTER_MS = 10_000;

export interface SupervisorOptions extends HsmProcessOptions {
  readonly clock: Clock;
}

/** Reason why an HSM does not run, and the start of the failure in milliseconds since the epoch. */
export interface HsmFailure {
  readonly reason: string;
  readonly since: number;
  /** False if the process failed to start. Another attempt is then unlikely to succeed. */
  readonly ran: boolean;
}

/** Keeps one HSM process running until `stop` is called. */
export class HsmSupervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #waiting = new AbortController();
  readonly #ended: Promise<void>;
  #process: HsmProcess | undefined;
  #starting: Promise<unknown> | undefined;
  #failure: HsmFailure | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** The running process. Undefined while the HSM is down. */
  get process(): HsmProcess | undefined {
    return this.#process;
  }

  /** Set from a failure until the HSM runs again; not while it starts for the first time. */
  get failure(): HsmFailure | undefined {
    return this.#failure;
  }

  /** Ends the delay before the next attempt, for when the cause of the failure may be resolved. */
  retryNow(): void {
    this.#waiting.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // Wait for a process that is just starting: `stop` would miss it.
    await this.#starting;
    await this.#process?.stop();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, log, provisioning } = this.#options;
    for (
      let wait = RESTART_DELAY_MIN_MS;
      !this.#stopping.signal.aborted;
      wait = Math.min(wait * 2, RESTART_DELAY_MAX_MS)
    ) {
      const startedAt = clock.now();
      const { reason, ran } = await this.#runOnce();
      if (this.#stopping.signal.aborted) return;
      this.#failure = { reason, ran, since: this.#failure?.since ?? clock.now() };
      this.#notify();
      if (clock.now() - startedAt > STABLE_AFTER_MS) wait = RESTART_DELAY_MIN_MS;
      log.warn({ hsmId: provisioning.hsmId, restartIn: wait }, 'HSM is down and will be restarted');
      this.#waiting = new AbortController();
      const signal = AbortSignal.any([this.#stopping.signal, this.#waiting.signal]);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Runs the process once, and returns the reason for its end. */
  async #runOnce(): Promise<Pick<HsmFailure, 'reason' | 'ran'>> {
    const { log, provisioning } = this.#options;
    let reason = 'process failed to start';
    const starting = startHsmProcess(this.#options).catch((error: unknown) => {
      log.error({ hsmId: provisioning.hsmId, err: error }, 'HSM failed to start');
      if (error instanceof Error) reason += `: ${error.message}`;
      return undefined;
    });
    this.#starting = starting;
    const process = (this.#process = await starting);
    if (!process) return { reason, ran: false };
    this.#failure = undefined;
    log.info(
      { hsmId: provisioning.hsmId, host: process.status.host, port: process.status.port },
      'HSM is up',
    );
    this.#notify();
    await process.exited;
    this.#process = undefined;
    return { reason: process.exitReason, ran: true };
  }

  #notify(): void {
    const { log, provisioning, onChange } = this.#options;
    try {
      onChange();
    } catch (error) {
      log.error({ hsmId: provisioning.hsmId, err: error }, 'a change of an HSM was not handled');
    }
  }
}
