import type { Clock, Logger } from '../../base/index.ts';
import {
  HsmError,
  type CommandInput,
  type CommandName,
  type CommandOutput,
} from '../wire/index.ts';
import { connectHsm } from './connect-hsm.ts';
import {
  HsmUnreachableError,
  type ConnectOptions,
  type HsmAddress,
  type HsmConnection,
  type HsmHealth,
} from './contract.ts';
import { isRefusal, type LoginGate } from './login-gate.ts';

const RECONNECT_DELAY_MIN_MS = 100;
const RECONNECT_DELAY_MAX_MS = 5_000;
/**
 * Interval between heartbeats. They find out whether the HSM is still running while it is idle or
 * executes a long command.
 */
const HEARTBEAT_INTERVAL_MS = 2_000;
/** Greater than any number of calls in flight. */
const UNRESPONSIVE_LOAD = 1_000_000;

export interface PoolContext extends ConnectOptions {
  /** Called after each attempt to connect, successful or not. */
  readonly changed: () => void;
  readonly gate: LoginGate;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One HSM of the cluster. Keeps a logged-in connection to it until `stop`. */
export class PooledHsm {
  readonly address: HsmAddress;
  /** Resolves to the failure of the first attempt, or to undefined if it succeeded. */
  readonly firstAttempt: Promise<Error | undefined>;
  readonly #context: PoolContext;
  readonly #resolveFirst: (failure: Error | undefined) => void;
  #connection: HsmConnection | undefined;
  #stopped = false;
  #connecting = false;
  #refused = false;
  #wake: () => void = () => undefined;
  #operations = 0;
  #since: number;
  #reason: string | undefined = 'not connected yet';

  constructor(address: HsmAddress, context: PoolContext) {
    this.address = address;
    this.#context = context;
    this.#since = context.clock.now();
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.firstAttempt = promise;
    this.#resolveFirst = resolve;
    void this.#run();
  }

  /**
   * Number of calls in flight. Unresponsive HSMs come after all others. Undefined if the HSM is not
   * usable.
   */
  get load(): number | undefined {
    if (!this.#connection?.open) return undefined;
    return this.#connection.inFlight + (this.#connection.unresponsive ? UNRESPONSIVE_LOAD : 0);
  }

  /** True while an attempt to connect is in progress. */
  get connecting(): boolean {
    return this.#connecting;
  }

  /** True if the HSM is usable and responsive. */
  get answers(): boolean {
    return this.#connection?.unresponsive === false;
  }

  get health(): HsmHealth {
    const { hsmId, host, port } = this.address;
    const reason = this.#reason;
    const healthy = this.#connection !== undefined && reason === undefined;
    const counts = { operations: this.#operations, inFlight: this.#connection?.inFlight ?? 0 };
    return {
      hsmId,
      host,
      port,
      healthy,
      since: this.#since,
      ...(reason !== undefined && { reason }),
      ...counts,
    };
  }

  async call<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    canFailOver: boolean,
  ): Promise<CommandOutput<C>> {
    const connection = this.#connection;
    if (!connection) throw new HsmUnreachableError('closed', this.#reason ?? 'not connected');
    try {
      const output = await connection.call(command, input, canFailOver);
      this.#operations += 1;
      return output;
    } catch (error) {
      if (error instanceof HsmError) this.#operations += 1;
      // The HSM ended the session. Only a new connection can log in again.
      if (error instanceof HsmError && error.code === 'not-logged-in') connection.close();
      throw error;
    }
  }

  /**
   * Retries at once, because the HSM may have started. Does nothing if the password was rejected.
   */
  retryNow(): void {
    if (!this.#refused) this.#wake();
  }

  /** Retries after a rejected password, because the password has changed. */
  passwordChanged(): void {
    if (this.#refused) this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#connection?.close();
    this.#wake();
  }

  async #run(): Promise<void> {
    let delay = RECONNECT_DELAY_MIN_MS;
    while (!this.#stopped) {
      const stayedUp = await this.#attempt();
      if (stayedUp) delay = RECONNECT_DELAY_MIN_MS;
      if (!this.#stopped) await this.#pause(this.#refused ? undefined : delay);
      delay = Math.min(delay * 2, RECONNECT_DELAY_MAX_MS);
    }
    this.#resolveFirst(new HsmUnreachableError('closed', 'the client was closed'));
  }

  /**
   * Resolves when the connection is closed or could not be opened. Resolves to true if it lasted
   * until the first heartbeat.
   */
  async #attempt(): Promise<boolean> {
    let connection: HsmConnection | undefined;
    this.#refused = false;
    this.#connecting = true;
    try {
      connection = await connectHsm(this.address, this.#context);
      if (!this.#stopped) await this.#context.gate.login(connection);
      if (!this.#stopped) return await this.#use(connection);
    } catch (error) {
      this.#refused = isRefusal(error) && this.#context.gate.refused;
      this.#markUnusable(error instanceof Error ? error : new Error('unknown failure'));
    }
    this.#connecting = false;
    this.#context.changed();
    connection?.close();
    return false;
  }

  async #use(connection: HsmConnection): Promise<boolean> {
    this.#connection = connection;
    this.#connecting = false;
    this.#since = this.#context.clock.now();
    this.#reason = undefined;
    this.#context.log.info({ hsmId: this.address.hsmId }, 'logged in to HSM');
    this.#resolveFirst(undefined);
    this.#context.changed();
    let stayedUp = false;
    const heartbeat = setInterval(() => {
      stayedUp = true;
      this.#updateHealth(connection);
      // A failure closes the connection. Nothing else needs to be done.
      connection.call('info', {}).catch(() => undefined);
    }, HEARTBEAT_INTERVAL_MS).unref();
    const reason = await connection.closed;
    clearInterval(heartbeat);
    this.#connection = undefined;
    this.#markUnusable(reason);
    return stayedUp;
  }

  /** Records when the HSM becomes unresponsive and when it recovers. */
  #updateHealth({ unresponsive }: HsmConnection): void {
    if (unresponsive === (this.#reason !== undefined)) return;
    this.#reason = unresponsive ? 'the HSM does not respond' : undefined;
    this.#since = this.#context.clock.now();
  }

  #markUnusable(failure: Error): void {
    if (this.#reason === undefined) this.#since = this.#context.clock.now();
    if (this.#reason !== failure.message && !this.#stopped) {
      this.#context.log.warn(
        { hsmId: this.address.hsmId, reason: failure.message },
        'HSM is not usable',
      );
    }
    this.#reason = failure.message;
    this.#resolveFirst(failure);
  }

  /**
   * Waits until the time is over or `#wake` is called. Without a time, only `#wake` ends the wait.
   */
  async #pause(milliseconds: number | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer =
      milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds).unref();
    await promise;
    clearTimeout(timer);
  }
}
