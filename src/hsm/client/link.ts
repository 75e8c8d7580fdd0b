import type { Duplex } from 'node:stream';
import {
  FrameReader,
  FrameWriter,
  HsmError,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type HsmErrorCode,
} from '../wire/index.ts';
import { HsmUnreachableError, type HsmAddress, type UnreachableCause } from './contract.ts';
import { nameOf, socketFailure } from './tls.ts';

/** Calls in flight beyond which more are refused as `busy`: an HSM that slow is better left alone. */
const MAX_IN_FLIGHT = 4096;
/** Sweeps for overdue calls per time-out. */
const SWEEPS_PER_TIMEOUT = 20;
/** Sweeps without a word from the HSM after which calls that another HSM can answer as well are given up here. */
const UNRESPONSIVE_SWEEPS = 3;
/** Time-outs that making a key pair may take: an RSA key of 4,096 bits is found in seconds, or in many. */
const KEY_PAIR_TIMEOUTS = 12;
const keyPairCommands: ReadonlySet<CommandName> = new Set([
  'generateKeyPair',
  'generateWrappedKey',
  'encryptRandomPair',
]);

interface PendingCall {
  /** Whether the caller can go to another HSM with it whatever became of it here. */
  readonly canFailOver: boolean;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Number of the sweep before which it was sent. */
  readonly sent: number;
  /** Sweeps after which it is overdue. */
  readonly maxSweeps: number;
}

/**
 * Many calls over one stream. Time is counted in sweeps of one timer for all calls, not per call: cheaper, and a process
 * that was too busy to sweep was too busy to read the answers.
 */
export class Link {
  /** Resolves with the reason when the stream is gone. */
  readonly closed: Promise<HsmUnreachableError>;
  readonly #address: HsmAddress;
  readonly #stream: Duplex;
  readonly #writer: FrameWriter;
  readonly #reader = new FrameReader();
  readonly #pending = new Map<number, PendingCall>();
  readonly #timer: NodeJS.Timeout;
  readonly #resolveClosed: (reason: HsmUnreachableError) => void;
  #closedReason: HsmUnreachableError | undefined;
  #lastId = 0;
  #sweeps = 0;
  #heard = 0;
  #unresponsive = false;

  constructor(address: HsmAddress, stream: Duplex, timeout: number) {
    this.#address = address;
    this.#stream = stream;
    this.#writer = new FrameWriter(stream);
    const { promise, resolve } = Promise.withResolvers<HsmUnreachableError>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#timer = setInterval(() => this.#sweep(), timeout / SWEEPS_PER_TIMEOUT).unref();
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', (error) => this.#end(socketFailure(address, error)));
    stream.on('end', () => this.#fail('closed', 'closed the connection'));
    stream.on('close', () => this.#fail('closed', 'closed the connection'));
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  get open(): boolean {
    return this.#closedReason === undefined;
  }

  /** True from when calls were given up for lack of any word from the HSM until there is one. */
  get unresponsive(): boolean {
    return this.#unresponsive;
  }

  /**
   * Fails with `HsmError` if the HSM refuses, with `HsmUnreachableError` if it can't be asked: after the time-out, or, if
   * the call is `canFailOver`, soon after the HSM has fallen silent.
   */
  call<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    canFailOver = false,
  ): Promise<CommandOutput<C>> {
    if (this.#closedReason)
      return Promise.reject(
        new HsmUnreachableError(this.#closedReason.reason, this.#closedReason.message),
      );
    if (this.#pending.size >= MAX_IN_FLIGHT || this.#writer.congested) {
      return Promise.reject(new HsmError('busy', 'too many requests are waiting for this HSM'));
    }
    return new Promise((resolve, reject) => {
      const id = this.#lastId + 1;
      // Throws, and so rejects, if the input is too long for a frame; then nothing was sent.
      this.#writer.write({ id, op: command, in: input });
      this.#lastId = id;
      // The HSM proved by its certificate that it is one, so its answers are what the command table says.
      const answered = (output: unknown): void => resolve(output as CommandOutput<C>);
      const maxSweeps = keyPairCommands.has(command)
        ? SWEEPS_PER_TIMEOUT * KEY_PAIR_TIMEOUTS
        : SWEEPS_PER_TIMEOUT;
      this.#pending.set(id, {
        resolve: answered,
        reject,
        sent: this.#sweeps,
        maxSweeps,
        canFailOver: canFailOver && maxSweeps === SWEEPS_PER_TIMEOUT,
      });
    });
  }

  close(): void {
    this.#fail('closed', 'was disconnected by this client');
  }

  #read(chunk: Buffer): void {
    this.#heard = this.#sweeps;
    this.#unresponsive = false;
    try {
      for (const frame of this.#reader.feed(chunk)) this.#receive(frame);
    } catch {
      this.#fail('protocol', 'sent what is not the HSM protocol');
    }
  }

  #receive(frame: unknown): void {
    const { id, out, error } = frame as {
      id: number;
      out?: unknown;
      error?: { code: HsmErrorCode; message: string };
    };
    const call = this.#pending.get(id);
    if (!call) {
      // The late answer to a call that timed out is no offence; one to a call never made is.
      if (!Number.isSafeInteger(id) || id < 1 || id > this.#lastId)
        throw new Error('answer to nothing');
      return;
    }
    if (error === undefined && (typeof out !== 'object' || out === null))
      throw new Error('empty answer');
    this.#pending.delete(id);
    if (error === undefined) call.resolve(out);
    else call.reject(new HsmError(error.code, error.message));
  }

  #sweep(): void {
    this.#sweeps += 1;
    for (const [id, call] of this.#pending) {
      const waited = this.#sweeps - call.sent;
      // In the order of sending, so the first that isn't overdue ends it.
      if (waited <= UNRESPONSIVE_SWEEPS) return;
      if (this.#heard > call.sent) {
        if (waited > call.maxSweeps) this.#giveUp(id, call);
        continue;
      }
      // Not a word since: the HSM or the network is gone, and all other calls would only wait for the same end.
      if (waited > SWEEPS_PER_TIMEOUT) return this.#fail('timeout', 'does not answer');
      this.#unresponsive = true;
      if (call.canFailOver) this.#giveUp(id, call);
    }
  }

  #giveUp(id: number, call: PendingCall): void {
    this.#pending.delete(id);
    call.reject(
      new HsmUnreachableError('timeout', `${nameOf(this.#address)} did not answer in time`, true),
    );
  }

  #fail(reason: UnreachableCause, what: string): void {
    this.#end(new HsmUnreachableError(reason, `${nameOf(this.#address)} ${what}`));
  }

  #end(reason: HsmUnreachableError): void {
    if (this.#closedReason) return;
    this.#closedReason = reason;
    clearInterval(this.#timer);
    this.#stream.destroy();
    for (const call of this.#pending.values())
      call.reject(new HsmUnreachableError(reason.reason, reason.message, true));
    this.#pending.clear();
    this.#resolveClosed(reason);
  }
}
