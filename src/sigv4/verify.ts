import { timingSafeEqual } from 'node:crypto';
import { BoundedCache, type Clock, type SecretText } from '../base/index.ts';
import { KmsError } from '../domain/index.ts';
import type { Authorization } from './authorization.ts';
import {
  canonicalRequest,
  stringToSign,
  type SignableHeaders,
  type SignableRequest,
} from './canonical.ts';
import { claimOf, WINDOW, type Claim, type Standing } from './claim.ts';
import { checkScope } from './scope.ts';
import { deriveSigningKey, type SigningKey } from './signing-key.ts';
import { formatTimestamp, rememberingParser } from './timestamp.ts';

/** What a lookup must know of an access key; whatever else it returns reaches the caller of `verify` as it is. */
export interface KnownCredential {
  readonly secretAccessKey: SecretText;
}

/** Undefined if there is no such access key, or the session token is not one of its own. */
export type Lookup<C extends KnownCredential> = (
  accessKeyId: string,
  sessionToken?: string,
) => C | undefined | Promise<C | undefined>;

export interface VerifierOptions<C extends KnownCredential> {
  readonly clock: Clock;
  readonly lookup: Lookup<C>;
  /** The services that a credential may be scoped to. */
  readonly signingNames: ReadonlySet<string>;
}

/** A request whose signature is good. */
export interface Verified<C extends KnownCredential> {
  readonly credential: C;
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name of the scope. */
  readonly service: string;
}

export type Verify<C extends KnownCredential> = (request: SignableRequest) => Promise<Verified<C>>;

const MINUTE = 60_000;
/** One entry per access key, day, Region, service and set of signed headers in use. */
const CACHED = 4096;
const SIGNATURE = /^[0-9a-f]{64}$/;

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** Makes the one function that says who signed a request; it throws the KmsError that AWS would answer with. */
export function createVerifier<C extends KnownCredential>({
  clock,
  lookup,
  signingNames,
}: VerifierOptions<C>): Verify<C> {
  const standings = new BoundedCache<string, Standing>(CACHED);
  const timeOf = rememberingParser();
  const known = (prefix: string): Standing | undefined => standings.get(prefix);
  return async (request) => {
    const claim = claimOf(request, known);
    const { authorization, timestamp, prefix, standing } = claim;
    const signed = timeOf(timestamp);
    if (signed === undefined) throw noDate(timestamp);
    checkScope(authorization, timestamp, signingNames);
    checkWindow(claim, signed, clock.now());
    checkSignedHeaders(authorization.signedNames, request.headers);
    const found = lookup(authorization.accessKeyId, claim.sessionToken);
    const credential = found instanceof Promise ? await found : found;
    if (!credential)
      throw new KmsError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    const secret = credential.secretAccessKey.reveal();
    const key = standing?.secret === secret ? standing.key : signingKeyOf(authorization, secret);
    checkSignature(key.sign(textToSign(claim.request, authorization, timestamp)), claim.signature);
    // Only now: requests that fail must not be able to push out what serves those that don't.
    if (key !== standing?.key && prefix.endsWith('Signature='))
      standings.set(prefix, { authorization, secret, key });
    const { accessKeyId, region, service } = authorization;
    return { credential, accessKeyId, region, service };
  };
}

function noDate(timestamp: string): KmsError {
  return new KmsError(
    'IncompleteSignatureException',
    `Date must be in ISO-8601 'basic format'. Got '${timestamp.slice(0, 64)}'.`,
  );
}

/** `signed`: the timestamp in milliseconds since the epoch. */
function checkWindow({ timestamp, lifetime }: Claim, signed: number, now: number): void {
  if (now - signed <= lifetime && signed - now <= WINDOW) return;
  const bound = (offset: number, sign: string) =>
    `${formatTimestamp(now + offset)} (${formatTimestamp(now)} ${sign} ${Math.abs(offset) / MINUTE} min.)`;
  throw new KmsError(
    'InvalidSignatureException',
    signed < now
      ? `Signature expired: ${timestamp} is now earlier than ${bound(-lifetime, '-')}`
      : `Signature not yet current: ${timestamp} is still later than ${bound(WINDOW, '+')}`,
  );
}

/** `host` and every `x-amz-*` header that was sent must be signed, and what is signed must have been sent. */
function checkSignedHeaders(signed: readonly string[], headers: SignableHeaders): void {
  if (!signed.includes('host')) {
    throw new KmsError(
      'InvalidSignatureException',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  for (const name in headers) {
    if (name.startsWith('x-amz-') && !signed.includes(name)) {
      throw new KmsError(
        'InvalidSignatureException',
        `'${name}' must be a 'SignedHeader' in the AWS Authorization.`,
      );
    }
  }
  if (!signed.every((name) => Object.hasOwn(headers, name)))
    throw new KmsError('InvalidSignatureException', MISMATCH);
}

function signingKeyOf({ date, region, service }: Authorization, secret: string): SigningKey {
  return deriveSigningKey(secret, date, region, service);
}

function textToSign(
  request: SignableRequest,
  { date, region, service, signedHeaders }: Authorization,
  timestamp: string,
): string {
  return stringToSign(
    timestamp,
    `${date}/${region}/${service}/aws4_request`,
    canonicalRequest(request, signedHeaders),
  );
}

function checkSignature(expected: string, given: string): void {
  if (
    SIGNATURE.test(given) &&
    timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(given, 'latin1'))
  )
    return;
  throw new KmsError('InvalidSignatureException', MISMATCH);
}
