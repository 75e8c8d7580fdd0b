import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { SignableRequest } from '../sigv4/index.ts';

/** One HTTP request, read to its end. */
export interface Frame extends SignableRequest {
  readonly body: Buffer;
  readonly sourceIp: string;
  /** Whether it came through TLS. */
  readonly secure: boolean;
}

/** One HTTP response to be written. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The body is what was read of the same request. */
export function frameOf(request: IncomingMessage, body: Buffer): Frame {
  const { url = '/', method = 'GET', headers } = request;
  const at = url.indexOf('?');
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers,
    body,
    sourceIp: sourceIpOf(request.socket.remoteAddress),
    secure: request.socket instanceof TLSSocket,
  };
}

/** The first value of a header; empty if it was not sent. */
export function headerOf({ headers }: Frame, name: string): string {
  const value = headers[name];
  if (value === undefined) return '';
  return typeof value === 'string' ? value : (value[0] ?? '');
}

/** An IPv4 caller is one whichever kind of socket it came through. */
function sourceIpOf(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
