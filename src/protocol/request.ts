import type { IncomingMessage } from 'node:http';
import type { PerformRequest } from '../operations/index.ts';
import type { SignableRequest } from '../sigv4/index.ts';

/**
 * The client's address and kind of connection, as far as they can be trusted. Used by policies and
 * the audit trail.
 */
export interface ClientAddress {
  readonly sourceIp: string;
  /** True if the client used TLS, here or to a trusted proxy. */
  readonly secure: boolean;
  /** Set if TLS ends here. */
  readonly tls?: PerformRequest['tls'];
}

/** An HTTP request with its complete body. */
export interface HttpRequest extends SignableRequest, ClientAddress {
  readonly body: Buffer;
}

/** An HTTP response to be sent. */
export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Combines the parts of a request. */
export function httpRequestOf(
  { url = '/', method = 'GET', headers }: IncomingMessage,
  body: Buffer,
  { sourceIp, secure, tls }: ClientAddress,
): HttpRequest {
  const at = url.indexOf('?');
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers,
    body,
    sourceIp,
    secure,
    tls,
  };
}

/** Returns the first value of a header, or an empty string. */
export function headerOf({ headers }: HttpRequest, name: string): string {
  const value = headers[name];
  if (value === undefined) return '';
  return typeof value === 'string' ? value : (value[0] ?? '');
}
