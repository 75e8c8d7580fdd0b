import { hash } from 'node:crypto';

/** The parts of an HTTP request that a signature covers. Header names are in lower case. */
export interface SignableRequest {
  readonly method: string;
  /** The path of the request line: still encoded, without the query. */
  readonly path: string;
  /** The query of the request line, without the `?`. May be empty. */
  readonly query: string;
  readonly headers: SignableHeaders;
  readonly body: Uint8Array | string;
}
export type SignableHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Returns the canonical request of Signature Version 4. `signedHeaders` is the semicolon-separated
 * list, in the order of the Authorization header.
 * Source: "Create a signed AWS API request", AWS IAM User Guide.
 */
export function canonicalRequest(request: SignableRequest, signedHeaders: string): string {
  const path = request.path === '/' ? '/' : canonicalPath(request.path);
  const query = request.query === '' ? '' : canonicalQuery(request.query);
  let headers = '';
  for (const name of signedHeaders.split(';'))
    headers += `${name}:${canonicalValue(request.headers[name])}\n`;
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders}\n${hash('sha256', request.body, 'hex')}`;
}

/**
 * Returns the text that is signed. `timestamp` is in ISO 8601 basic format, `scope` is
 * `date/region/service/aws4_request`.
 */
export function stringToSign(timestamp: string, scope: string, canonical: string): string {
  return `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
}

/** Percent-encodes all but RFC 3986's unreserved characters, with upper-case hex digits. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Removes `.`, `..` and empty segments, and encodes the path once more than it was sent. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const end = segments.length > 0 && /\/\.{0,2}$/.test(path) ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0
        ? ([reencode(pair), ''] as const)
        : ([reencode(pair.slice(0, at)), reencode(pair.slice(at + 1))] as const);
    })
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Encodes text exactly once, whether or not it is already encoded. */
function reencode(text: string): string {
  try {
    return encode(decodeURIComponent(text));
  } catch {
    // Invalid percent-encoding: a client that sends this text has signed it unchanged.
    return text;
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function canonicalValue(value: string | readonly string[] | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return value.map(canonicalValue).join(',');
  // Almost no value needs a change, and checking is cheaper than replacing.
  return value.includes('  ') || value !== value.trim() ? value.trim().replace(/ +/g, ' ') : value;
}
