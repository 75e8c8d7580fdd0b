import type { Server, Socket } from 'node:net';
import { FairShares } from './fair-shares.ts';

/**
 * The connections of a server whose other side has not earned its connection yet, from the first
 * byte on: it is still in the TLS handshake, or has not logged in. Their number is limited. Beyond
 * it, the address with the most of them loses its oldest one, so that one address can't keep all
 * others out.
 */
export class Strangers {
  readonly #shares: FairShares<Stranger>;
  /** Keys are endpoints, because a TLS socket and the TCP socket under it are different objects. */
  readonly #open = new Map<string, Stranger>();
  readonly #onDropped: (address: string) => void;

  /** `onDropped` gets the address of each connection that is closed to make room. */
  constructor(
    server: Server,
    places: number,
    onDropped: (address: string) => void = () => undefined,
  ) {
    this.#shares = new FairShares(places);
    this.#onDropped = onDropped;
    server.on('connection', (socket: Socket) => this.#add(socket));
  }

  /** The connection no longer counts, because its other side has logged in, for example. */
  recognize(socket: Socket): void {
    const stranger = this.#open.get(endpointOf(socket));
    if (stranger) this.#shares.release(stranger, stranger.address);
  }

  /** The connection counts again, as the newest of its address. */
  forget(socket: Socket): void {
    const stranger = this.#open.get(endpointOf(socket));
    if (!stranger) return;
    this.#shares.release(stranger, stranger.address);
    this.#shares.take(stranger, stranger.address);
    this.#dropSurplus();
  }

  #add(socket: Socket): void {
    const endpoint = endpointOf(socket);
    const stranger = { socket, address: socket.remoteAddress ?? '' };
    this.#open.set(endpoint, stranger);
    socket.once('close', () => {
      this.#shares.release(stranger, stranger.address);
      if (this.#open.get(endpoint) === stranger) this.#open.delete(endpoint);
    });
    this.#shares.take(stranger, stranger.address);
    this.#dropSurplus();
  }

  #dropSurplus(): void {
    for (
      let stranger = this.#shares.surplus;
      stranger !== undefined;
      stranger = this.#shares.surplus
    ) {
      this.#shares.release(stranger, stranger.address);
      stranger.socket.destroy();
      this.#onDropped(stranger.address);
    }
  }
}

interface Stranger {
  readonly socket: Socket;
  readonly address: string;
}

function endpointOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
