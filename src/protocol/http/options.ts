import type { Logger } from '../../base/index.ts';
import type { HandleOptions } from '../handle.ts';
import type { TlsCredentials } from './tls.ts';

/** One request that was answered, for metrics. */
export interface ObservedRequest {
  /** Empty, as `operation` is, for a request that failed before it was known what it asks for. */
  readonly service: string;
  readonly operation: string;
  /** The error's name on the wire. */
  readonly error?: string;
  readonly seconds: number;
}

/** What clients can take up. Times are milliseconds. */
export interface HttpLimits {
  /** For the headers, and for a whole request: who sends more slowly is cut off. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** How often the two are looked at. */
  readonly connectionsCheckingInterval: number;
  readonly maxConnections: number;
  /** Under way at a time; what comes on top is answered 503. */
  readonly maxRequests: number;
}

export interface HttpOptions extends HandleOptions {
  readonly log: Logger;
  /** What `GET /readyz` says. */
  readonly ready: () => boolean;
  /** What `GET /metrics` says. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly observe: (seen: ObservedRequest) => void;
  /** Addresses and CIDR blocks of proxies that are believed when they say for whom they speak. */
  readonly trustedProxies?: readonly string[];
  /** Other limits than the usual ones. */
  readonly limits?: Partial<HttpLimits>;
  /** Speaks HTTPS instead of HTTP. */
  readonly tls?: TlsCredentials;
}

export interface HttpServer {
  /** Resolves to the port that it listens on; 0 asks for any free one. */
  listen(host: string, port: number): Promise<number>;
  /** Shows this certificate to new connections from now on; throws if it and its key are no pair. */
  renew(identity: TlsCredentials): void;
  /** Finishes the requests under way, answers 503 to new ones, and resolves when all connections are closed. */
  close(): Promise<void>;
}
