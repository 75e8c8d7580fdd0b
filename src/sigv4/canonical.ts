import { hash } from 'node:crypto';

/** The parts of an HTTP request that a signature covers. Header names are in lower case. */
export interface SignableRequest {
  readonly method: string;
  /** As on the request line: still encoded, without the query. */
  readonly path: string;
  /** As on the request line, without the `?`; empty if there is none. */
  readonly query: string;
  readonly headers: SignableHeaders;
  readonly body: Uint8Array | string;
}
export type SignableHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The canonical request of Signature Version 4. `signedHeaders` is the semicolon-separated list, in its order.
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

/** What is signed, given the timestamp in ISO 8601 basic form and the scope `date/region/service/aws4_request`. */
export function stringToSign(timestamp: string, scope: string, canonical: string): string {
  return `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
}

/** RFC 3986's unreserved characters stay, all else becomes upper-case percent triplets of its UTF-8. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Without `.`, `..` and empty segments, and encoded once more than it was sent. */
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

/** Text that may be encoded already is encoded once all the same. */
function reencode(text: string): string {
  try {
    return encode(decodeURIComponent(text));
  } catch {
    // Not valid percent-encoding: signed as it is, as a client that sends it must have done.
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
  // Nearly every value is clean: looking for what has to change is cheaper than changing nothing.
  return value.includes('  ') || value !== value.trim() ? value.trim().replace(/ +/g, ' ') : value;
}
