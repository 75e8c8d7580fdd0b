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
import {
  readSignature,
  VALIDITY_WINDOW_MS,
  type RequestSignature,
  type CachedSigner,
} from './request-signature.ts';
import { checkScope } from './scope.ts';
import { deriveSigningKey, type SigningKey } from './signing-key.ts';
import { formatTimestamp, rememberingParser } from './timestamp.ts';

/**
 * The part of a credential that verification needs. Other members of the lookup's result are
 * passed on to the caller of `verify`.
 */
export interface KnownCredential {
  readonly secretAccessKey: SecretText;
}

/**
 * Finds the credential of an access key. Returns undefined if the access key is unknown, or the
 * session token does not belong to it.
 */
export type Lookup<C extends KnownCredential> = (
  accessKeyId: string,
  sessionToken?: string,
) => C | undefined | Promise<C | undefined>;

export interface VerifierOptions<C extends KnownCredential> {
  readonly clock: Clock;
  readonly lookup: Lookup<C>;
  /** Signing names of the services that a credential may be scoped to. */
  readonly signingNames: ReadonlySet<string>;
}

/** The signer of a request whose signature is valid. */
export interface Verified<C extends KnownCredential> {
  readonly credential: C;
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name from the credential scope. */
  readonly service: string;
}

export type Verify<C extends KnownCredential> = (request: SignableRequest) => Promise<Verified<C>>;

const MINUTE_MS = 60_000;
/** One signer per access key, day, Region, service and set of signed headers. */
const MAX_CACHED_SIGNERS = 4096;
const SIGNATURE = /^[0-9a-f]{64}$/;

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/**
 * Returns the function that verifies a request's signature. The function rejects with the KmsError
 * that AWS would answer with.
 *
 * @example
 * ```ts
 * import { SecretText } from 'src/base/index.ts';
 * import { createVerifier, signRequest } from 'src/sigv4/index.ts';
 *
 * const secretAccessKey = new SecretText('a secret');
 * const lookup = (id: string) => (id === 'AKIAEXAMPLE' ? { secretAccessKey } : undefined);
 * const clock = { now: () => Date.UTC(2026, 0, 2) };
 * const verify = createVerifier({ clock, lookup, signingNames: new Set(['kms']) });
 *
 * const headers = { host: '127.0.0.1:4599' };
 * const request = { method: 'POST', path: '/', query: '', headers, body: '{}' };
 * const scope = { region: 'us-east-1', service: 'kms', now: clock.now() };
 * const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey };
 * const signed = { ...request, headers: signRequest({ ...request, ...scope, credentials }) };
 * assert.equal((await verify(signed)).accessKeyId, 'AKIAEXAMPLE');
 * ```
 */
export function createVerifier<C extends KnownCredential>({
  clock,
  lookup,
  signingNames,
}: VerifierOptions<C>): Verify<C> {
  const signers = new BoundedCache<string, CachedSigner>(MAX_CACHED_SIGNERS);
  const timeOf = rememberingParser();
  const cachedSigner = (prefix: string): CachedSigner | undefined => signers.get(prefix);
  return async (request) => {
    const signature = readSignature(request, cachedSigner);
    const { authorization, timestamp, prefix, cached } = signature;
    const signed = timeOf(timestamp);
    if (signed === undefined) throw noDate(timestamp);
    checkScope(authorization, timestamp, signingNames);
    checkWindow(signature, signed, clock.now());
    checkSignedHeaders(authorization.signedNames, request.headers);
    const found = lookup(authorization.accessKeyId, signature.sessionToken);
    const credential = found instanceof Promise ? await found : found;
    if (!credential)
      throw new KmsError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    const secret = credential.secretAccessKey.reveal();
    const key = cached?.secret === secret ? cached.key : signingKeyOf(authorization, secret);
    checkSignature(
      key.sign(textToSign(signature.request, authorization, timestamp)),
      signature.signature,
    );
    // After the check, so that invalid requests cannot evict the signers of valid ones.
    if (key !== cached?.key && prefix.endsWith('Signature='))
      signers.set(prefix, { authorization, secret, key });
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

/** Checks that `now` is within the validity period. `signed` is the parsed timestamp. */
function checkWindow(
  { timestamp, lifetimeMs }: RequestSignature,
  signed: number,
  now: number,
): void {
  if (now - signed <= lifetimeMs && signed - now <= VALIDITY_WINDOW_MS) return;
  const bound = (offset: number, sign: string) =>
    `${formatTimestamp(now + offset)} (${formatTimestamp(now)} ${sign} ${Math.abs(offset) / MINUTE_MS} min.)`;
  throw new KmsError(
    'InvalidSignatureException',
    signed < now
      ? `Signature expired: ${timestamp} is now earlier than ${bound(-lifetimeMs, '-')}`
      : `Signature not yet current: ${timestamp} is still later than ${bound(VALIDITY_WINDOW_MS, '+')}`,
  );
}

/**
 * Checks that `host` and every `x-amz-*` header of the request are signed, and that every signed
 * header is present.
 */
function checkSignedHeaders(signed: ReadonlySet<string>, headers: SignableHeaders): void {
  if (!signed.has('host')) {
    throw new KmsError(
      'InvalidSignatureException',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  for (const name in headers) {
    if (name.startsWith('x-amz-') && !signed.has(name)) {
      throw new KmsError(
        'InvalidSignatureException',
        `'${name}' must be a 'SignedHeader' in the AWS Authorization.`,
      );
    }
  }
  for (const name of signed)
    if (!Object.hasOwn(headers, name)) throw new KmsError('InvalidSignatureException', MISMATCH);
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
