import { connect, type TLSSocket } from 'node:tls';
import {
  FrameReader,
  FrameWriter,
  replyOf,
  HsmError,
  type Peer,
  type ReplyFrame,
} from '../wire/index.ts';
import type { PeerChannel, PeerNetwork } from './peer-network.ts';
import type { ChannelBinding, PeerCommandName, PeerCommands } from './peer-protocol.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const CALL_TIMEOUT_MS = 2_000;

export const tlsNetwork: PeerNetwork = {
  open: async (peer) => new TlsChannel(await secureSocket(peer)),
  pause(ms, signal) {
    return new Promise((resolve) => {
      const stopped = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stopped);
        resolve(false);
      }, ms);
      signal.addEventListener('abort', stopped, { once: true });
      if (signal.aborted) stopped();
    });
  },
};

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

class TlsChannel implements PeerChannel {
  readonly binding: ChannelBinding;
  readonly closed: Promise<void>;
  readonly #socket: TLSSocket;
  readonly #writer: FrameWriter;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(socket: TLSSocket) {
    this.binding = socket;
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => this.#read(reader, chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const id of this.#pending.keys())
        this.#settle(id, (pending) => pending.reject(new Error('peer link closed')));
      resolve();
    });
  }

  readonly call = <C extends PeerCommandName>(
    command: C,
    input: PeerCommands[C]['in'],
  ): Promise<PeerCommands[C]['out']> => {
    if (this.#socket.destroyed) return Promise.reject(new Error('peer link closed'));
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      // A peer that does not answer in time is taken to be gone.
      const timer = setTimeout(() => this.close(), CALL_TIMEOUT_MS);
      // Peers have proved to be HSMs of this cluster, so their answers have the shape that the
      // table says.
      this.#pending.set(id, {
        resolve: (output) => resolve(output as PeerCommands[C]['out']),
        reject,
        timer,
      });
      this.#writer.write({ id, op: command, in: input });
    });
  };

  close(): void {
    this.#socket.destroy();
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.feed(chunk)) this.#receive(replyOf(frame));
    } catch {
      this.close();
    }
  }

  #receive(reply: ReplyFrame): void {
    this.#settle(reply.id, (pending) => {
      if ('error' in reply) pending.reject(new HsmError(reply.error.code, reply.error.message));
      else pending.resolve(reply.out);
    });
  }

  #settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    settle(pending);
  }
}

/**
 * Opens a TLS connection. Any certificate is accepted: `PeerGreeting`, which is bound to
 * the connection, authenticates the peer.
 */
function secureSocket({ host, port }: Peer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      minVersion: 'TLSv1.3',
      rejectUnauthorized: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
    socket.setNoDelay(true);
    socket.once('timeout', () => socket.destroy(new Error('peer does not answer')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
