import type { Peer } from '../wire/index.ts';
import type { CallPeer, ChannelBinding } from './peer-protocol.ts';

/** One connection to one peer. Whatever goes wrong on it ends it; a new one is made then. */
export interface PeerChannel {
  readonly binding: ChannelBinding;
  readonly call: CallPeer;
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
  close(): void;
}

/** How HSMs reach each other and wait: TLS and timers, or a simulation of both. */
export interface PeerNetwork {
  open(peer: Peer): Promise<PeerChannel>;
  /** Resolves to false after `ms`, or to true as soon as `signal` is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<boolean>;
}
