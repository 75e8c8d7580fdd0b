import { connect, type TLSSocket } from 'node:tls';
import { FrameReader, FrameWriter, type Peer, type ReplyFrame } from '../wire/index.ts';
import type { PeerCommandName, PeerCommands, PeerProof } from './peer-protocol.ts';

const CONNECT_TIMEOUT = 2_000;
const CALL_TIMEOUT = 2_000;

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** One authenticated connection to one peer. Whatever goes wrong on it ends it; a new one is made then. */
export class PeerLink {
  /** Whether the peer holds all that the cluster held when it joined. */
  synchronized = false;
  readonly closed: Promise<void>;
  readonly #socket: TLSSocket;
  readonly #writer: FrameWriter;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => this.#read(reader, chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const id of this.#pending.keys()) this.#settle(id, (pending) => pending.reject(new Error('peer link closed')));
      resolve();
    });
  }

  static async open(peer: Peer, hsmId: string, proof: PeerProof): Promise<PeerLink> {
    const socket = await secureSocket(peer);
    const link = new PeerLink(socket);
    try {
      const answer = await link.call('peerHello', { hsmId, proof: proof.make(socket, 'caller', hsmId) });
      if (answer.hsmId !== peer.hsmId || !proof.check(socket, 'answerer', peer.hsmId, answer.proof)) throw new Error('peer is another');
      link.synchronized = answer.synchronized;
      return link;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  call<C extends PeerCommandName>(command: C, input: PeerCommands[C]['in']): Promise<PeerCommands[C]['out']> {
    if (this.#socket.destroyed) return Promise.reject(new Error('peer link closed'));
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.close(), CALL_TIMEOUT);
      // Peers have proved to be HSMs of this cluster, so their answers are what the table says.
      this.#pending.set(id, { resolve: (output) => resolve(output as PeerCommands[C]['out']), reject, timer });
      this.#writer.write({ id, op: command, in: input });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.feed(chunk)) this.#receive(frame as ReplyFrame);
    } catch {
      this.close();
    }
  }

  #receive(reply: ReplyFrame): void {
    this.#settle(reply.id, (pending) => {
      if ('error' in reply) pending.reject(new Error(reply.error.message));
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

/** Any certificate will do here: what proves the peer is `PeerProof`, which is bound to this connection. */
function secureSocket({ host, port }: Peer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, minVersion: 'TLSv1.3', rejectUnauthorized: false, timeout: CONNECT_TIMEOUT });
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
