import type { TLSSocket } from 'node:tls';
import { execute, type HsmClient } from '../commands/index.ts';
import type { Hsm } from '../hsm.ts';
import { isPeerOperation, PeerService } from '../replication/index.ts';
import type { Session } from '../users/index.ts';
import {
  FrameReader,
  FrameWriter,
  FramingError,
  HsmError,
  MAX_FRAME_BYTES,
  MAX_UNAUTHENTICATED_FRAME_BYTES,
  type RequestFrame,
} from '../wire/index.ts';

/** Requests of one connection that may be under way at once; more are not read. */
const MAX_IN_FLIGHT = 256;
/** Milliseconds of silence after which a connection that nobody logged in on is closed. */
const UNAUTHENTICATED_TIMEOUT_MS = 60_000;

/** One caller: reads his requests no faster than he takes the answers. What isn't the protocol ends the connection. */
export class ClientConnection implements HsmClient {
  readonly #hsm: Hsm;
  readonly #socket: TLSSocket;
  readonly #reader = new FrameReader(MAX_UNAUTHENTICATED_FRAME_BYTES);
  readonly #writer: FrameWriter;
  readonly #peer: PeerService;
  readonly #inbox: RequestFrame[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #helloDone = false;
  #authenticated = false;
  #session: Session | undefined;

  constructor(hsm: Hsm, socket: TLSSocket) {
    this.#hsm = hsm;
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    const { peers, replica, sessions } = hsm;
    const sessionsOf = (username: string): number => sessions.count(username);
    this.#peer = new PeerService(
      {
        hsmId: hsm.provisioning.hsmId,
        replica,
        peers,
        synchronized: () => hsm.synchronized,
        sessionsOf,
      },
      socket,
    );
    socket.setTimeout(UNAUTHENTICATED_TIMEOUT_MS);
    socket.on('timeout', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#processInbox());
    // 'close' follows every error, and the other side's reasons are its own.
    socket.on('error', () => undefined);
    socket.on('close', () => this.endSession());
  }

  get session(): Session | undefined {
    return this.#session && this.#hsm.sessions.isLive(this.#session) ? this.#session : undefined;
  }

  /** Whether it is a user who has logged in, or a peer that has proved to be one. */
  get authenticated(): boolean {
    return this.#authenticated;
  }

  startSession(session: Session): void {
    this.#session = session;
    if (this.#socket.destroyed) this.endSession();
    else this.#setAuthenticated(true);
  }

  /** The session is over because its connection is. */
  endSession(): void {
    const { session } = this;
    if (!session) return;
    const { id, username, role } = session;
    this.#hsm.sessions.end(session);
    try {
      this.#hsm.audit.note({ opcode: 'CN_APP_FINALIZE', session: id, username, role });
    } catch (error) {
      this.#hsm.log.error({ err: error }, 'the end of a session could not be recorded');
    }
  }

  /** Closes at once. */
  drop(): void {
    this.#socket.destroy();
  }

  /** Lets what is under way end, sends the answers and closes. */
  async close(): Promise<void> {
    this.#socket.pause();
    this.#inbox.length = 0;
    await Promise.all(this.#inFlight);
    this.#writer.flush();
    this.endSession();
    this.#socket.destroySoon();
  }

  /** Frames may be long, and pauses too, once it is known whose they are. */
  #setAuthenticated(authenticated: boolean): void {
    this.#authenticated = authenticated;
    this.#reader.limit = authenticated ? MAX_FRAME_BYTES : MAX_UNAUTHENTICATED_FRAME_BYTES;
    this.#socket.setTimeout(authenticated ? 0 : UNAUTHENTICATED_TIMEOUT_MS);
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.feed(chunk)) this.#inbox.push(asRequest(frame));
    } catch {
      this.#socket.destroy();
      return;
    }
    this.#processInbox();
  }

  /** Goes on until all is done, or the caller must wait: then no more is read from him. */
  #processInbox(): void {
    while (
      !this.#socket.destroyed &&
      !this.#writer.congested &&
      this.#inFlight.size < MAX_IN_FLIGHT
    ) {
      const request = this.#inbox.shift();
      if (!request) break;
      this.#serve(request);
    }
    this.#flushAudit();
    if (this.#inbox.length > 0) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** Makes the uses of keys that were just answered durable: the answers leave at the end of the turn, or not at all. */
  #flushAudit(): void {
    try {
      this.#hsm.audit.flush();
    } catch (error) {
      this.#hsm.log.error({ err: error }, 'the use of keys could not be recorded');
      this.#socket.destroy();
    }
  }

  #serve({ id, op, in: input }: RequestFrame): void {
    try {
      const output = this.#answer(op, input);
      if (output instanceof Promise) this.#await(id, op, output);
      else this.#reply(id, output);
    } catch (error) {
      this.#replyError(id, op, error);
    }
  }

  #await(id: number, op: string, output: Promise<unknown>): void {
    const done = output
      .then(
        (out) => this.#reply(id, out),
        (error: unknown) => this.#replyError(id, op, error),
      )
      .finally(() => {
        this.#inFlight.delete(done);
        this.#flushAudit();
        if (this.#inbox.length > 0) this.#processInbox();
      });
    this.#inFlight.add(done);
  }

  #answer(op: string, input: unknown): unknown {
    if (isPeerOperation(op)) return this.#answerPeer(op, input);
    if (!this.#helloDone && op !== 'hello')
      throw new HsmError('unsupported-version', 'say hello first');
    const output = execute(this.#hsm, this, op, input);
    this.#helloDone = true;
    if (op === 'logout') this.#setAuthenticated(false);
    return output;
  }

  #answerPeer(...[op, input]: Parameters<PeerService['answer']>): unknown {
    if (typeof input !== 'object' || input === null) throw new HsmError('malformed-request');
    const output = this.#peer.answer(op, input);
    if (op === 'peerHello') this.#setAuthenticated(true);
    return output;
  }

  #reply(id: number, out: unknown): void {
    try {
      this.#writer.write({ id, out });
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.#writer.write({
        id,
        error: {
          code: 'limit-exceeded',
          message: 'the answer is too long; ask for less at a time',
        },
      });
    }
  }

  #replyError(id: number, op: string, error: unknown): void {
    if (!(error instanceof HsmError)) this.#hsm.log.error({ err: error, op }, 'a command failed');
    const { code, message } =
      error instanceof HsmError
        ? error
        : new HsmError('internal', 'the HSM failed; its log says why');
    this.#writer.write({ id, error: { code, message } });
  }
}

function asRequest(frame: unknown): RequestFrame {
  if (typeof frame !== 'object' || frame === null) throw new FramingError('frame is no request');
  const { id, op, in: input } = { id: undefined, op: undefined, in: undefined, ...frame };
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || typeof op !== 'string')
    throw new FramingError('frame is no request');
  return { id, op, in: input };
}
