import { KmsError } from '../domain/index.ts';
import { authorizationOf, type Authorization } from './authorization.ts';
import type { SignableRequest } from './canonical.ts';

/** A request whose URL carries the signature, so that another client can send it later. */
export interface Presigned {
  readonly authorization: Authorization;
  /** Format: ISO 8601 basic. */
  readonly timestamp: string;
  /** Period after `timestamp` in which the request is valid, in seconds. */
  readonly seconds: number;
  readonly sessionToken: string | undefined;
  /** The request that was signed: without the signature in its query. */
  readonly request: SignableRequest;
}

const PREFIX = 'X-Amz-';
const SIGNATURE = 'X-Amz-Signature';
const REQUIRED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-SignedHeaders',
  SIGNATURE,
] as const;
const ALGORITHM = 'AWS4-HMAC-SHA256';
/** The largest value that Signature Version 4 allows in X-Amz-Expires. */
const MAX_EXPIRES_SECONDS = 7 * 86_400;
/** Longest validity of a URL, whatever it says, and that of a URL that says nothing. */
const MAX_VALIDITY_SECONDS = 15 * 60;

export function isPresigned(query: string): boolean {
  return query.includes(`${SIGNATURE}=`);
}

/**
 * Parses the URL's parameters. Throws a KmsError that names all missing ones.
 * Source: "Authenticating Requests: Using Query Parameters", Amazon S3 API Reference.
 */
export function readPresigned(request: SignableRequest): Presigned {
  const given = new URLSearchParams(request.query);
  const missing = REQUIRED.filter((name) => !given.get(name));
  if (missing.length > 0)
    throw incomplete(
      missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '),
    );
  const repeated = REQUIRED.filter((name) => given.getAll(name).length > 1);
  if (repeated.length > 0)
    throw incomplete(
      repeated.map((name) => `AWS query-string parameters must include '${name}' once.`).join(' '),
    );
  if (given.get('X-Amz-Algorithm') !== ALGORITHM)
    throw incomplete(`X-Amz-Algorithm must be '${ALGORITHM}'.`);
  return {
    authorization: authorizationOf((name) => given.get(PREFIX + name) ?? ''),
    timestamp: given.get('X-Amz-Date') ?? '',
    seconds: validityOf(given.get('X-Amz-Expires')),
    sessionToken: given.get('X-Amz-Security-Token') ?? undefined,
    request: { ...request, query: withoutSignature(request.query) },
  };
}

/** Returns for how many seconds a URL is valid that has this X-Amz-Expires. */
function validityOf(expires: string | null): number {
  if (expires === null) return MAX_VALIDITY_SECONDS;
  const seconds = /^\d{1,9}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > MAX_EXPIRES_SECONDS)
    throw incomplete(`X-Amz-Expires must be from 1 to ${MAX_EXPIRES_SECONDS} seconds.`);
  return Math.min(seconds, MAX_VALIDITY_SECONDS);
}

function withoutSignature(query: string): string {
  return query
    .split('&')
    .filter((pair) => !pair.startsWith(`${SIGNATURE}=`))
    .join('&');
}

function incomplete(text: string): KmsError {
  return new KmsError('IncompleteSignatureException', text);
}
