import type { Duplex } from 'node:stream';
import {
  FrameReader,
  FrameWriter,
  HsmError,
  replyOf,
  type CommandInput,
  type CommandName,
  type CommandOutput,
} from '../wire/index.ts';
import { HsmUnreachableError, type HsmAddress, type UnreachableCause } from './contract.ts';
import { nameOf, socketFailure } from './tls.ts';

/**
 * Maximum calls in flight. Further calls fail as `busy`: more load would not help an HSM that is
 * this slow.
 */
const MAX_IN_FLIGHT = 4096;
/** Sweeps for overdue calls per timeout. */
const SWEEPS_PER_TIMEOUT = 20;
/** Sweeps without any data from the HSM after which calls that can fail over are given up. */
const UNRESPONSIVE_SWEEPS = 3;
/**
 * Timeouts that key pair generation may take. The time to find a 4,096-bit RSA key varies widely.
 */
const KEY_PAIR_TIMEOUTS = 12;
const keyPairCommands: ReadonlySet<CommandName> = new Set([
  'generateKeyPair',
  'generateWrappedKey',
  'encryptRandomPair',
]);

interface PendingCall {
  /** True if another HSM can take the call, whatever happened to it here. */
  readonly canFailOver: boolean;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Number of sweeps before the call was sent. */
  readonly sent: number;
  /** Sweeps after which the call is overdue. */
  readonly maxSweeps: number;
}

/**
 * Many calls over one stream. One timer for all calls counts time in sweeps, which is cheaper than
 * one timer per call. A process that was too busy to sweep was also too busy to read responses.
 */
export class Link {
  /** Resolves with the reason once the stream is closed. */
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

  /** True from the moment calls failed because the HSM sent nothing, until it sends something. */
  get unresponsive(): boolean {
    return this.#unresponsive;
  }

  /**
   * Sends a command. Fails with `HsmError` if the HSM rejects it, and with `HsmUnreachableError`
   * after the timeout. If `canFailOver`, fails soon after the HSM becomes unresponsive.
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
      return Promise.reject(new HsmError('busy', 'too many requests are in flight to this HSM'));
    }
    return new Promise((resolve, reject) => {
      const id = this.#lastId + 1;
      // Throws, and so rejects, if the input is too long for a frame. Then nothing was sent.
      this.#writer.write({ id, op: command, in: input });
      this.#lastId = id;
      // The HSM is authenticated by its certificate, so its responses match the command table.
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
      this.#fail('protocol', 'sent data that is not the HSM protocol');
    }
  }

  #receive(frame: unknown): void {
    const reply = replyOf(frame);
    const { id } = reply;
    const call = this.#pending.get(id);
    if (!call) {
      // A late response to a call that timed out is fine. A response to a call that was never made
      // is not.
      if (id < 1 || id > this.#lastId) throw new Error('response to an unknown call');
      return;
    }
    if ('out' in reply && (typeof reply.out !== 'object' || reply.out === null))
      throw new Error('empty response');
    this.#pending.delete(id);
    if ('error' in reply) call.reject(new HsmError(reply.error.code, reply.error.message));
    else call.resolve(reply.out);
  }

  #sweep(): void {
    this.#sweeps += 1;
    for (const [id, call] of this.#pending) {
      const waited = this.#sweeps - call.sent;
      // Calls are in sending order, so the first call that is not overdue ends the sweep.
      if (waited <= UNRESPONSIVE_SWEEPS) return;
      if (this.#heard > call.sent) {
        if (waited > call.maxSweeps) this.#giveUp(id, call);
        continue;
      }
      // No data since the call was sent: the HSM or the network is down, and all other calls would
      // time out as well.
      if (waited > SWEEPS_PER_TIMEOUT) return this.#fail('timeout', 'does not respond');
      this.#unresponsive = true;
      if (call.canFailOver) this.#giveUp(id, call);
    }
  }

  #giveUp(id: number, call: PendingCall): void {
    this.#pending.delete(id);
    call.reject(
      new HsmUnreachableError('timeout', `${nameOf(this.#address)} did not respond in time`, true),
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
