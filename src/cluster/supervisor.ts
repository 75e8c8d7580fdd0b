import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../base/index.ts';
import { startHsmProcess, type HsmProcess, type HsmProcessOptions } from './hsm-process.ts';

const RESTART_DELAY_MIN_MS = 100;
const RESTART_DELAY_MAX_MS = 10_000;
/** An HSM that ran this long, in milliseconds, and then died is started again without a longer wait than the first. */
const STABLE_AFTER_MS = 10_000;

export interface SupervisorOptions extends HsmProcessOptions {
  readonly clock: Clock;
}

/** Why an HSM does not run, and since when, in milliseconds since the epoch. */
export interface HsmFailure {
  readonly reason: string;
  readonly since: number;
  /** Whether it has run since the last attempt to start it; if not, the next attempt is not likely to help. */
  readonly ran: boolean;
}

/** Keeps one HSM process running until it is told to stop. */
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

  /** The running process; undefined while there is none. */
  get process(): HsmProcess | undefined {
    return this.#process;
  }

  /** From a failure until the HSM runs again; not while it starts for the first time. */
  get failure(): HsmFailure | undefined {
    return this.#failure;
  }

  /** Tries again without waiting any longer, if it waits: what it failed for may be over. */
  retryNow(): void {
    this.#waiting.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // A process that is only starting would be missed by `stop`: let it arrive first.
    await this.#starting;
    await this.#process?.stop();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, log, provisioning, onChange: changed } = this.#options;
    for (
      let wait = RESTART_DELAY_MIN_MS;
      !this.#stopping.signal.aborted;
      wait = Math.min(wait * 2, RESTART_DELAY_MAX_MS)
    ) {
      const startedAt = clock.now();
      const { reason, ran } = await this.#runOnce();
      if (this.#stopping.signal.aborted) return;
      this.#failure = { reason, ran, since: this.#failure?.since ?? clock.now() };
      changed();
      if (clock.now() - startedAt > STABLE_AFTER_MS) wait = RESTART_DELAY_MIN_MS;
      log.warn(
        { hsmId: provisioning.hsmId, restartIn: wait },
        'HSM is down and will be started again',
      );
      this.#waiting = new AbortController();
      const signal = AbortSignal.any([this.#stopping.signal, this.#waiting.signal]);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves, when the process is gone, to why. */
  async #runOnce(): Promise<Pick<HsmFailure, 'reason' | 'ran'>> {
    const { log, provisioning, onChange: changed } = this.#options;
    let reason = 'it does not start';
    const starting = startHsmProcess(this.#options).catch((error: unknown) => {
      log.error({ hsmId: provisioning.hsmId, err: error }, 'HSM did not start');
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
    changed();
    await process.exited;
    this.#process = undefined;
    return { reason: process.exitReason, ran: true };
  }
}
