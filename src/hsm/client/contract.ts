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
  /** Rejects the login if the user has a session anywhere in the cluster. */
  readonly exclusive?: boolean;
}

/**
 * Why an HSM could not be reached, as opposed to an `HsmError`, which is its response. `untrusted`:
 * its certificate does not chain to the trust anchor, or is not the cluster certificate.
 */
export type UnreachableCause =
  | 'refused'
  | 'timeout'
  | 'closed'
  | 'untrusted'
  | 'protocol'
  | 'no-hsm';

/** The HSM could not be reached, or the connection broke. See `UnreachableCause`. */
export class HsmUnreachableError extends Error {
  readonly reason: UnreachableCause;
  /** True if the command may have been executed before the connection broke. */
  readonly maybeDone: boolean;

  constructor(reason: UnreachableCause, message: string, maybeDone = false) {
    super(message);
    this.name = 'HsmUnreachableError';
    this.reason = reason;
    this.maybeDone = maybeDone;
  }
}

/** One TLS connection to one HSM. Many requests can be in flight. */
export interface HsmConnection {
  readonly address: HsmAddress;
  /** The HSM's response to `hello`. */
  readonly info: HsmInfo;
  /** Leaf certificate of the HSM, in PEM. */
  readonly clusterCertificate: string;
  /** Bytes that `describeHardware` signs: a value of this connection only. */
  readonly hardwareStatement: Uint8Array;
  readonly inFlight: number;
  /** False once the connection is closed. */
  readonly open: boolean;
  /** True while requests are waiting and the HSM has not sent anything for a while. */
  readonly unresponsive: boolean;
  /**
   * Sends a command. If `canFailOver`, the call fails soon after the HSM becomes unresponsive, so
   * that the caller can try another HSM.
   */
  call<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    canFailOver?: boolean,
  ): Promise<CommandOutput<C>>;
  /** Resolves with the reason once the connection is closed. */
  readonly closed: Promise<HsmUnreachableError>;
  close(): void;
}

export interface ConnectOptions {
  /**
   * PEM of the customer's CA certificate, the only trust root. If undefined, any certificate is
   * accepted, and only `hello` and `info` can be sent: for inspecting an HSM before its cluster is
   * initialized.
   */
  readonly trustAnchor: string | undefined;
  /**
   * PEM of the certificate that the HSM must present, because the customer's CA may have signed
   * others. If undefined, any certificate that the trust anchor signed: only for a CA that has
   * signed one.
   */
  readonly clusterCertificate?: string;
  /** Timeout for connecting and for each command, in milliseconds. Defaults to 5,000. */
  readonly timeout?: number;
  /** Clock by which the certificate must be valid, in addition to the machine's clock. */
  readonly clock?: Clock;
}

/** State of one HSM of a cluster, as this client sees it. */
export interface HsmHealth {
  readonly hsmId: string;
  readonly host: string;
  readonly port: number;
  readonly healthy: boolean;
  /**
   * Time of the last change of `healthy`, in milliseconds since the epoch, and the reason if not
   * healthy.
   */
  readonly since: number;
  readonly reason?: string;
  /** Commands answered since the client was created. */
  readonly operations: number;
  readonly inFlight: number;
}

/**
 * Client of a whole cluster, logged in as one user: one connection per HSM, reconnection with
 * back-off, least-outstanding balancing. If an HSM fails, read-only and cryptographic commands are
 * retried on another one. Other commands are retried only if they were certainly not executed.
 */
export interface ClusterClient {
  call<C extends CommandName>(command: C, input: CommandInput<C>): Promise<CommandOutput<C>>;
  /** Sends the command to every reachable HSM. */
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
  /** Replaces the list of HSMs. Those that are not connected are retried at once. */
  setMembers(addresses: readonly HsmAddress[]): void;
  /** Sets the password for future connections, after a password change. */
  setPassword(password: SecretText): void;
  close(): void;
}

export interface ClusterClientOptions extends ConnectOptions {
  readonly members: readonly HsmAddress[];
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: Logger;
}
