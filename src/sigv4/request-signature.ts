import { KmsError } from '../domain/index.ts';
import { parseAuthorization, type Authorization } from './authorization.ts';
import type { SignableHeaders, SignableRequest } from './canonical.ts';
import { isPresigned, readPresigned } from './presigned.ts';
import type { SigningKey } from './signing-key.ts';
import { formatTimestamp } from './timestamp.ts';

/**
 * The verified part that all requests of a client share on one day: its Authorization header
 * without the signature, and the key derived for it.
 */
export interface CachedSigner {
  readonly authorization: Authorization;
  readonly secret: string;
  readonly key: SigningKey;
}

/** The signature of a request, from its headers or its URL. Only its form has been checked. */
export interface RequestSignature {
  readonly authorization: Authorization;
  readonly signature: string;
  readonly timestamp: string;
  readonly sessionToken: string | undefined;
  /** The request that was signed. */
  readonly request: SignableRequest;
  /** Period after `timestamp` in which the request is valid. */
  readonly lifetimeMs: number;
  /** The Authorization header without the signature. Empty for a presigned URL. */
  readonly prefix: string;
  /** Set if an earlier request with the same prefix was verified. */
  readonly cached: CachedSigner | undefined;
}

/** How far the time of a request may be from the server's, in either direction. */
export const VALIDITY_WINDOW_MS = 5 * 60_000;
const SIGNATURE_CHARS = 64;
/** More than any client sends in a URL. */
const MAX_QUERY_PARAMETERS = 500;

/** Parses a request's signature. `cachedSigner` finds the verified signer for a header prefix. */
export function readSignature(
  request: SignableRequest,
  cachedSigner: (prefix: string) => CachedSigner | undefined,
): RequestSignature {
  checkQuery(request.query);
  const header = textOf(request.headers['authorization']) ?? '';
  return header === '' && isPresigned(request.query)
    ? fromQuery(request)
    : fromHeader(request, header, cachedSigner);
}

/** Rejects a query that would take long to sort and to encode. */
function checkQuery(query: string): void {
  let parameters = 1;
  for (let at = query.indexOf('&'); at >= 0; at = query.indexOf('&', at + 1)) parameters += 1;
  if (parameters > MAX_QUERY_PARAMETERS)
    throw new KmsError(
      'IncompleteSignatureException',
      `The query must not have more than ${MAX_QUERY_PARAMETERS} parameters.`,
    );
}

function fromHeader(
  request: SignableRequest,
  header: string,
  cachedSigner: (prefix: string) => CachedSigner | undefined,
): RequestSignature {
  const prefix = header.slice(0, -SIGNATURE_CHARS);
  const cached = cachedSigner(prefix);
  const authorization = cached?.authorization ?? parseAuthorization(header);
  return {
    authorization,
    signature: cached ? header.slice(-SIGNATURE_CHARS) : authorization.signature,
    timestamp: timestampOf(request.headers),
    sessionToken: textOf(request.headers['x-amz-security-token']),
    request,
    lifetimeMs: VALIDITY_WINDOW_MS,
    prefix,
    cached,
  };
}

function fromQuery(signed: SignableRequest): RequestSignature {
  const { authorization, timestamp, seconds, sessionToken, request } = readPresigned(signed);
  const { signature } = authorization;
  return {
    authorization,
    signature,
    timestamp,
    sessionToken,
    request,
    lifetimeMs: seconds * 1000,
    prefix: '',
    cached: undefined,
  };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

/**
 * Returns the request's time. X-Amz-Date is returned unchanged; Date is converted to ISO 8601
 * basic format.
 */
function timestampOf(headers: SignableHeaders): string {
  const timestamp = textOf(headers['x-amz-date']);
  if (timestamp !== undefined) return timestamp;
  const date = Date.parse(textOf(headers['date']) ?? '');
  if (!Number.isNaN(date)) return formatTimestamp(date);
  throw new KmsError(
    'IncompleteSignatureException',
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
  );
}
