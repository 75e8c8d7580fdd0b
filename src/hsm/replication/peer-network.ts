import type { Peer } from '../wire/index.ts';
import type { CallPeer, ChannelBinding } from './peer-protocol.ts';

/** A connection to a peer. It ends with any failure, and is replaced by a new one. */
export interface PeerChannel {
  readonly binding: ChannelBinding;
  readonly call: CallPeer;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  close(): void;
}

/** How HSMs connect to each other and wait: TLS and timers, or a simulation of both. */
export interface PeerNetwork {
  open(peer: Peer): Promise<PeerChannel>;
  /** Resolves to false after `ms` milliseconds, or to true as soon as `signal` is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<boolean>;
}
