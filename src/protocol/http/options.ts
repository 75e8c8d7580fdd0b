import type { Logger } from '../../base/index.ts';
import type { HandleOptions } from '../handle.ts';
import type { TlsCredentials } from './tls.ts';

/** A completed request, for metrics. */
export interface ObservedRequest {
  /** Empty, like `operation`, if the request failed before its operation was known. */
  readonly service: string;
  readonly operation: string;
  /** Name of the error on the wire. */
  readonly error?: string;
  readonly seconds: number;
}

/** A request that leaves no audit record. */
export interface RejectedRequest {
  /** Name of the error on the wire, or the reason why there was no answer. */
  readonly reason: string;
  /** Address of the client. */
  readonly source: string;
}

/** Limits on clients. Times are in milliseconds, as Node takes them. */
export interface HttpLimits {
  /** For the headers and for a whole request. Slower clients are disconnected. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** Interval between checks of the two timeouts. */
  readonly connectionsCheckingInterval: number;
  /** Connections without a request in flight. */
  readonly maxConnections: number;
  /** Requests in flight. Further ones are answered with 503. */
  readonly maxRequests: number;
}

export interface HttpOptions extends HandleOptions {
  readonly log: Logger;
  /** Result of `GET /readyz`. */
  readonly ready: () => boolean;
  /** Response of `GET /metrics`. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly observe: (seen: ObservedRequest) => void;
  /** Called for requests that were rejected before the operation, and leave no audit record. */
  readonly rejected: (request: RejectedRequest) => void;
  /** Addresses and CIDR blocks of proxies whose forwarding headers are trusted. */
  readonly trustedProxies?: readonly string[];
  /** Overrides of the default limits. */
  readonly limits?: Partial<HttpLimits>;
  /** Serves HTTPS instead of HTTP. */
  readonly tls?: TlsCredentials;
}

export interface HttpServer {
  /** Starts listening and resolves to the port. Port 0 picks a free one. */
  listen(host: string, port: number): Promise<number>;
  /** Uses another certificate for new connections. Throws if it does not belong to its key. */
  renew(credentials: TlsCredentials): void;
  /**
   * Finishes the requests in flight, answers 503 to new ones, and resolves when all connections are
   * closed.
   */
  close(): Promise<void>;
}
