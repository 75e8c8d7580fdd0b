import type { Duplex } from 'node:stream';
import {
  FrameReader,
  FrameWriter,
  HsmError,
  replyOf,
  type ControlCommandName,
  type ControlInput,
  type ControlOutput,
} from '../hsm/wire/index.ts';

/**
 * Timeout of a call. Long enough for argon2id on a busy machine: an HSM that takes longer hangs.
 */
const CALL_TIMEOUT_MS = 10_000;

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The control plane's end of an HSM's control channel. Closes itself if the HSM violates the
 * protocol.
 */
export class ControlChannel {
  readonly closed: Promise<void>;
  readonly #socket: Duplex;
  readonly #writer: FrameWriter;
  readonly #pending = new Map<number, Pending>();
  readonly #onStatus: (status: unknown) => void;
  #lastId = 0;

  /** `onStatus` gets whatever the HSM sends as its status, and throws if it is not one. */
  constructor(socket: Duplex, onStatus: (status: unknown) => void) {
    this.#socket = socket;
    this.#onStatus = onStatus;
    this.#writer = new FrameWriter(socket);
    const reader = new FrameReader();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    socket.on('data', (chunk: Buffer) => this.#read(reader, chunk));
    // 'close' follows every error. The exit of the process shows the reason.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      this.#abandon();
      resolve();
    });
  }

  /**
   * Throws `HsmError` if the HSM rejects the command, and another error if the HSM cannot be
   * reached.
   */
  call<C extends ControlCommandName>(
    command: C,
    input: ControlInput<C>,
  ): Promise<ControlOutput<C>> {
    if (this.#socket.destroyed) return Promise.reject(new Error(`HSM is down: ${command}`));
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          this.#settle(id, (pending) =>
            pending.reject(new Error(`HSM does not answer: ${command}`)),
          ),
        CALL_TIMEOUT_MS,
      );
      // The HSM program is from the same build, so its responses have the types of the table.
      this.#pending.set(id, {
        resolve: (output) => resolve(output as ControlOutput<C>),
        reject,
        timer,
      });
      this.#writer.write({ id, op: command, in: input });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.feed(chunk)) this.#receive(frame);
    } catch {
      this.#socket.destroy();
    }
  }

  #receive(frame: unknown): void {
    if (typeof frame === 'object' && frame !== null && 'event' in frame) {
      // `onStatus` checks it.
      this.#onStatus('status' in frame ? frame.status : undefined);
      return;
    }
    const reply = replyOf(frame);
    if ('error' in reply) {
      const { code, message } = reply.error;
      this.#settle(reply.id, (pending) => pending.reject(new HsmError(code, message)));
    } else this.#settle(reply.id, (pending) => pending.resolve(reply.out));
  }

  #settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    settle(pending);
  }

  #abandon(): void {
    for (const id of this.#pending.keys())
      this.#settle(id, (pending) => pending.reject(new Error('HSM went down')));
  }
}
