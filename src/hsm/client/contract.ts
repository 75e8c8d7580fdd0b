import type { Clock, Logger, SecretText } from '../../base/index.ts';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  HsmInfo,
  LoginRole,
} from '../wire/index.ts';

export interface HsmAddress {
  readonly hsmId: string;
  readonly host: string;
  readonly port: number;
}

export interface Credentials {
  readonly username: string;
  readonly role: LoginRole;
  readonly password: SecretText;
  /** Refuse to log in if the user has a session anywhere in the cluster. */
  readonly exclusive?: boolean;
}

/**
 * Why an HSM could not be asked, as opposed to an `HsmError`, which is its answer.
 * `untrusted`: its certificate does not chain to the trust anchor.
 */
export type UnreachableCause =
  | 'refused'
  | 'timeout'
  | 'closed'
  | 'untrusted'
  | 'protocol'
  | 'no-hsm';

export class HsmUnreachableError extends Error {
  readonly reason: UnreachableCause;
  /** True if the command may have been carried out before the connection broke. */
  readonly maybeDone: boolean;

  constructor(reason: UnreachableCause, message: string, maybeDone = false) {
    super(message);
    this.name = 'HsmUnreachableError';
    this.reason = reason;
    this.maybeDone = maybeDone;
  }
}

/** One TLS connection to one HSM, many requests in flight. */
export interface HsmConnection {
  readonly address: HsmAddress;
  /** What the HSM said of itself at hello. */
  readonly info: HsmInfo;
  /** The leaf certificate the HSM showed, PEM. */
  readonly clusterCertificate: string;
  readonly inFlight: number;
  /** False once the connection is gone. */
  readonly open: boolean;
  /** True while the HSM says nothing although it was asked. */
  readonly unresponsive: boolean;
  /**
   * Calls a command. If `canFailOver`, the call fails soon after the HSM becomes unresponsive, so
   * that the caller can try another HSM.
   */
  call<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    canFailOver?: boolean,
  ): Promise<CommandOutput<C>>;
  /** Resolves with the reason when the connection is gone. */
  readonly closed: Promise<HsmUnreachableError>;
  close(): void;
}

export interface ConnectOptions {
  /** PEM of the customer's CA: the only trust. Undefined trusts any certificate: only for looking at an unclaimed HSM. */
  readonly trustAnchor: string | undefined;
  /** Milliseconds for connect and for each command; default 5,000. */
  readonly timeout?: number;
  /** By which the certificate has to be valid, besides by the machine's own. */
  readonly clock?: Clock;
}

export interface HsmHealth {
  readonly hsmId: string;
  readonly host: string;
  readonly port: number;
  readonly healthy: boolean;
  /** Since when, milliseconds since the epoch, and why if not healthy. */
  readonly since: number;
  readonly reason?: string;
  /** Commands answered since the client was made. */
  readonly operations: number;
  readonly inFlight: number;
}

/**
 * A logged-in client of a whole cluster: a connection per HSM, reconnecting with back-off, least-outstanding balancing.
 * Read-only and cryptographic commands are retried on another HSM when one breaks; others only if they surely did not happen.
 */
export interface ClusterClient {
  call<C extends CommandName>(command: C, input: CommandInput<C>): Promise<CommandOutput<C>>;
  /** The same command on every reachable HSM. */
  callEach<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
  ): Promise<
    readonly {
      readonly hsmId: string;
      readonly output?: CommandOutput<C>;
      readonly error?: Error;
    }[]
  >;
  members(): readonly HsmHealth[];
  /** Joins and leaves, and new addresses; those that are not connected are tried again at once. */
  setMembers(addresses: readonly HsmAddress[]): void;
  /** Used for connections made from now on, after a password change. */
  setPassword(password: SecretText): void;
  close(): void;
}

export interface ClusterClientOptions extends ConnectOptions {
  readonly members: readonly HsmAddress[];
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: Logger;
}
