import type { PeerNetwork } from './peer-network.ts';
import type { PeerGreeting } from './peer-greeting.ts';
import type { RecordSeal } from './record-seal.ts';
import type { Replica } from './replica.ts';

/**
 * The state that the links to all peers share: this HSM's replica, and how it reaches and
 * authenticates peers.
 */
export interface LinkContext {
  readonly replica: Replica;
  readonly network: PeerNetwork;
  readonly seal: RecordSeal;
  readonly greeting: PeerGreeting;
  /** Called when the state of a link has changed. */
  onStateChange(): void;
}

/** The parts that are needed to exchange records with a peer. */
export type RecordExchange = Pick<LinkContext, 'replica' | 'seal'>;
