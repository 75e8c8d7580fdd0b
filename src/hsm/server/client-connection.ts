import type { TLSSocket } from 'node:tls';
import type { Strangers } from '../../base/index.ts';
import { execute, type HsmClient } from '../commands/index.ts';
import type { Hsm } from '../hsm.ts';
import { isPeerOperation, PeerService } from '../replication/index.ts';
import { sourceOf, type Session } from '../users/index.ts';
import {
  FrameReader,
  FrameWriter,
  FramingError,
  HsmError,
  hardwareStatement,
  HIGH_WATER_BYTES,
  MAX_FRAME_BYTES,
  MAX_UNAUTHENTICATED_FRAME_BYTES,
  requestOf,
  UNAUTHENTICATED_HIGH_WATER_BYTES,
  type RequestFrame,
} from '../wire/index.ts';

/** Maximum requests in flight per connection. Further requests are not read. */
const MAX_IN_FLIGHT = 256;
/** Maximum unauthenticated requests that wait for earlier ones, or arrive together. */
const MAX_UNAUTHENTICATED_INBOX = 256;
/** Idle time after which an unauthenticated connection is closed. */
const UNAUTHENTICATED_TIMEOUT_MS = 60_000;

/**
 * One client connection. Reads requests no faster than the client reads responses. Data that is not
 * the protocol closes the connection.
 */
export class ClientConnection implements HsmClient {
  readonly #hsm: Hsm;
  readonly #socket: TLSSocket;
  readonly #strangers: Strangers;
  readonly #reader = new FrameReader(MAX_UNAUTHENTICATED_FRAME_BYTES);
  readonly #writer: FrameWriter;
  readonly #peer: PeerService;
  readonly #inbox: RequestFrame[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  readonly source: string;
  #helloDone = false;
  #authenticated = false;
  #session: Session | undefined;

  /** `strangers` gets to know when the other side has logged in, or out. */
  constructor(hsm: Hsm, socket: TLSSocket, strangers: Strangers) {
    this.#hsm = hsm;
    this.#socket = socket;
    this.#strangers = strangers;
    this.#writer = new FrameWriter(socket);
    this.#writer.highWater = UNAUTHENTICATED_HIGH_WATER_BYTES;
    this.source = sourceOf(socket.remoteAddress);
    const { peers, replica, sessions } = hsm;
    const sessionsOf = (username: string): number => sessions.count(username);
    this.#peer = new PeerService(
      {
        replica,
        peers,
        membership: hsm.membership,
        synchronized: () => hsm.synchronized,
        sessionsOf,
        spendToken: ({ approvalData, username, role, detail }, usedAt) => {
          const entry = { username, role, detail: `${detail}, used at ${usedAt}` };
          return hsm.quorum.spend(
            approvalData,
            hsm.clock.now(),
            (change) => void hsm.replicate([change], { opcode: 'CN_APPROVE_TOKEN', ...entry }),
          );
        },
      },
      socket,
    );
    socket.setTimeout(UNAUTHENTICATED_TIMEOUT_MS);
    socket.on('timeout', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#processInbox());
    // 'close' follows every error.
    socket.on('error', () => undefined);
    socket.on('close', () => this.endSession());
  }

  get session(): Session | undefined {
    return this.#session && this.#hsm.sessions.isLive(this.#session) ? this.#session : undefined;
  }

  get hardwareStatement(): Uint8Array {
    return hardwareStatement(this.#socket);
  }

  startSession(session: Session): void {
    this.#session = session;
    if (this.#socket.destroyed) this.endSession();
    else this.#setAuthenticated(true);
  }

  /** True if a user has logged in, or if the other side is a proven peer. */
  get authenticated(): boolean {
    return this.#authenticated;
  }

  /** Ends the session, because the connection is closed. */
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

  /**
   * True if the connection must end because of a removal: the other side is a removed HSM, or this
   * HSM was removed and must not serve users anymore.
   */
  get removed(): boolean {
    return this.#peer.removed || (this.#hsm.removed && this.#session !== undefined);
  }

  /** Closes the connection at once. */
  drop(): void {
    this.#socket.destroy();
  }

  /** Completes requests in flight, sends their responses and closes. */
  async close(): Promise<void> {
    this.#socket.pause();
    this.#inbox.length = 0;
    await Promise.all(this.#inFlight);
    this.#writer.flush();
    this.endSession();
    this.#socket.destroySoon();
  }

  /** An authenticated connection may send long frames and be idle. */
  #setAuthenticated(authenticated: boolean): void {
    this.#authenticated = authenticated;
    if (authenticated) this.#strangers.recognize(this.#socket);
    else this.#strangers.forget(this.#socket);
    this.#reader.limit = authenticated ? MAX_FRAME_BYTES : MAX_UNAUTHENTICATED_FRAME_BYTES;
    this.#writer.highWater = authenticated ? HIGH_WATER_BYTES : UNAUTHENTICATED_HIGH_WATER_BYTES;
    this.#socket.setTimeout(authenticated ? 0 : UNAUTHENTICATED_TIMEOUT_MS);
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.feed(chunk)) this.#inbox.push(requestOf(frame));
      if (!this.#authenticated && this.#inbox.length > MAX_UNAUTHENTICATED_INBOX)
        throw new FramingError('too many requests before login');
    } catch {
      this.#socket.destroy();
      return;
    }
    this.#processInbox();
  }

  /**
   * Processes requests until the inbox is empty or the client must wait. Then no more is read from
   * it.
   */
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

  /**
   * Makes the recorded uses of keys durable. Their responses are sent at the end of the turn, or
   * not at all.
   */
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
      else this.#reply(id, op, output);
    } catch (error) {
      this.#replyError(id, op, error);
    }
  }

  #await(id: number, op: string, output: Promise<unknown>): void {
    const done = output
      .then(
        (out) => this.#reply(id, op, out),
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
      throw new HsmError('unsupported-version', 'hello must be the first command');
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

  #reply(id: number, op: string, out: unknown): void {
    try {
      this.#writer.write({ id, out });
    } catch (error) {
      this.#replyError(
        id,
        op,
        error instanceof FramingError
          ? new HsmError('limit-exceeded', 'response exceeds 1 MiB; request a smaller page')
          : error,
      );
    }
  }

  #replyError(id: number, op: string, error: unknown): void {
    if (!(error instanceof HsmError)) this.#hsm.log.error({ err: error, op }, 'a command failed');
    const { code, message } =
      error instanceof HsmError
        ? error
        : new HsmError('internal', 'internal error; see the log of the HSM');
    this.#writer.write({ id, error: { code, message } });
  }
}
