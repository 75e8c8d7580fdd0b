import { KmsError } from '../domain/index.ts';
import { authorizationOf, type Authorization } from './authorization.ts';
import type { SignableRequest } from './canonical.ts';

/** A request that somebody signed in advance, in its URL, for somebody else to send. */
export interface Presigned {
  readonly authorization: Authorization;
  /** ISO 8601 basic form. */
  readonly timestamp: string;
  /** How long it may be sent. */
  readonly seconds: number;
  readonly sessionToken: string | undefined;
  /** As it was signed: without the signature in its query. */
  readonly request: SignableRequest;
}

const PREFIX = 'X-Amz-';
const SIGNATURE = 'X-Amz-Signature';
const REQUIRED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  SIGNATURE,
] as const;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const WEEK = 7 * 86_400;

export function isPresigned(query: string): boolean {
  return query.includes(`${SIGNATURE}=`);
}

/** Takes the URL's parameters apart, or says what is missing. Source: "Authenticating Requests: Using Query Parameters". */
export function readPresigned(request: SignableRequest): Presigned {
  const given = new URLSearchParams(request.query);
  const missing = REQUIRED.filter((name) => !given.get(name));
  if (missing.length > 0)
    throw incomplete(
      missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '),
    );
  if (given.get('X-Amz-Algorithm') !== ALGORITHM)
    throw incomplete(`X-Amz-Algorithm must be '${ALGORITHM}'.`);
  const seconds = Number(given.get('X-Amz-Expires'));
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > WEEK)
    throw incomplete(`X-Amz-Expires must be from 1 to ${WEEK} seconds.`);
  return {
    authorization: authorizationOf((name) => given.get(PREFIX + name) ?? ''),
    timestamp: given.get('X-Amz-Date') ?? '',
    seconds,
    sessionToken: given.get('X-Amz-Security-Token') ?? undefined,
    request: { ...request, query: withoutSignature(request.query) },
  };
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
