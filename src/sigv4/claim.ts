import { KmsError } from '../domain/index.ts';
import { parseAuthorization, type Authorization } from './authorization.ts';
import type { SignableHeaders, SignableRequest } from './canonical.ts';
import { isPresigned, readPresigned } from './presigned.ts';
import type { SigningKey } from './signing-key.ts';
import { formatTimestamp } from './timestamp.ts';

/** What is the same for all requests that a client signs on one day: its Authorization header but for the signature. */
export interface Standing {
  readonly authorization: Authorization;
  readonly secret: string;
  readonly key: SigningKey;
}

/** What a request says of itself, in its headers or in its URL. Nothing of it is checked yet but its form. */
export interface Claim {
  readonly authorization: Authorization;
  readonly signature: string;
  readonly timestamp: string;
  readonly sessionToken: string | undefined;
  /** As it was signed. */
  readonly request: SignableRequest;
  /** Milliseconds that it is good for. */
  readonly lifetime: number;
  /** What its Authorization header begins with, and what is known of that. */
  readonly prefix: string;
  readonly standing: Standing | undefined;
}

/** Milliseconds that a request is good for on either side of the time that it names. */
export const WINDOW = 5 * 60_000;
const SIGNATURE_LENGTH = 64;

/** Takes a request's signature apart. `known`: what requests with the same header but for the signature have proved. */
export function claimOf(
  request: SignableRequest,
  known: (prefix: string) => Standing | undefined,
): Claim {
  const header = textOf(request.headers['authorization']) ?? '';
  return header === '' && isPresigned(request.query)
    ? urlClaim(request)
    : headerClaim(request, header, known);
}

function headerClaim(
  request: SignableRequest,
  header: string,
  known: (prefix: string) => Standing | undefined,
): Claim {
  const prefix = header.slice(0, -SIGNATURE_LENGTH);
  const standing = known(prefix);
  const authorization = standing?.authorization ?? parseAuthorization(header);
  return {
    authorization,
    signature: standing ? header.slice(-SIGNATURE_LENGTH) : authorization.signature,
    timestamp: timestampOf(request.headers),
    sessionToken: textOf(request.headers['x-amz-security-token']),
    request,
    lifetime: WINDOW,
    prefix,
    standing,
  };
}

function urlClaim(signed: SignableRequest): Claim {
  const { authorization, timestamp, seconds, sessionToken, request } = readPresigned(signed);
  const { signature } = authorization;
  return {
    authorization,
    signature,
    timestamp,
    sessionToken,
    request,
    lifetime: seconds * 1000,
    prefix: '',
    standing: undefined,
  };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

/** The request's time in ISO 8601 basic form, as far as the client did right. */
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
