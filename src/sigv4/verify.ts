import { timingSafeEqual } from 'node:crypto';
import { BoundedCache, type Clock, type SecretText } from '../base/index.ts';
import { KmsError } from '../domain/index.ts';
import { parseAuthorization, type Authorization } from './authorization.ts';
import { canonicalRequest, stringToSign, type SignableHeaders, type SignableRequest } from './canonical.ts';
import { checkScope } from './scope.ts';
import { deriveSigningKey, type SigningKey } from './signing-key.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

/** What a lookup must know of an access key; whatever else it returns reaches the caller of `verify` as it is. */
export interface KnownCredential {
  readonly secretAccessKey: SecretText;
}

/** Undefined if there is no such access key, or the session token is not one of its own. */
export type Lookup<C extends KnownCredential> = (accessKeyId: string, sessionToken?: string) => C | undefined | Promise<C | undefined>;

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

interface CachedKey {
  readonly secret: string;
  readonly key: SigningKey;
}

const WINDOW_MINUTES = 5;
const WINDOW = WINDOW_MINUTES * 60_000;
/** One entry per access key, day, Region and service in use. */
const CACHED_KEYS = 4096;
const SIGNATURE = /^[0-9a-f]{64}$/;

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** Makes the one function that says who signed a request; it throws the KmsError that AWS would answer with. */
export function createVerifier<C extends KnownCredential>({ clock, lookup, signingNames }: VerifierOptions<C>): Verify<C> {
  const keys = new BoundedCache<string, CachedKey>(CACHED_KEYS);
  return async (request) => {
    const authorization = parseAuthorization(textOf(request.headers['authorization']));
    const timestamp = timestampOf(request.headers);
    checkScope(authorization, timestamp, signingNames);
    checkWindow(timestamp, clock.now());
    checkSignedHeaders(authorization.signedHeaders, request.headers);
    const found = lookup(authorization.accessKeyId, textOf(request.headers['x-amz-security-token']));
    const credential = found instanceof Promise ? await found : found;
    if (!credential) throw new KmsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    checkSignature(request, authorization, timestamp, credential.secretAccessKey, keys);
    const { accessKeyId, region, service } = authorization;
    return { credential, accessKeyId, region, service };
  };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

/** The request's time in ISO 8601 basic form. */
function timestampOf(headers: SignableHeaders): string {
  const timestamp = textOf(headers['x-amz-date']);
  if (timestamp !== undefined && parseTimestamp(timestamp) !== undefined) return timestamp;
  if (timestamp !== undefined) {
    throw new KmsError('IncompleteSignatureException', `Date must be in ISO-8601 'basic format'. Got '${timestamp.slice(0, 64)}'.`);
  }
  const date = Date.parse(textOf(headers['date']) ?? '');
  if (Number.isNaN(date)) {
    throw new KmsError(
      'IncompleteSignatureException',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  return formatTimestamp(date);
}

function checkWindow(timestamp: string, now: number): void {
  const signed = parseTimestamp(timestamp) ?? Number.NaN;
  if (Math.abs(now - signed) <= WINDOW) return;
  const bound = (offset: number, sign: string) =>
    `${formatTimestamp(now + offset)} (${formatTimestamp(now)} ${sign} ${WINDOW_MINUTES} min.)`;
  throw new KmsError(
    'InvalidSignatureException',
    signed < now
      ? `Signature expired: ${timestamp} is now earlier than ${bound(-WINDOW, '-')}`
      : `Signature not yet current: ${timestamp} is still later than ${bound(WINDOW, '+')}`,
  );
}

/** `host` and every `x-amz-*` header that was sent must be signed, and what is signed must have been sent. */
function checkSignedHeaders(signedHeaders: string, headers: SignableHeaders): void {
  const signed = signedHeaders.split(';');
  if (!signed.includes('host')) {
    throw new KmsError('InvalidSignatureException', "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const name in headers) {
    if (name.startsWith('x-amz-') && !signed.includes(name)) {
      throw new KmsError('InvalidSignatureException', `'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
  if (!signed.every((name) => Object.hasOwn(headers, name))) throw new KmsError('InvalidSignatureException', MISMATCH);
}

function checkSignature(
  request: SignableRequest,
  authorization: Authorization,
  timestamp: string,
  secret: SecretText,
  keys: BoundedCache<string, CachedKey>,
): void {
  const { accessKeyId, date, region, service, signedHeaders, signature } = authorization;
  const cacheKey = `${accessKeyId}/${date}/${region}/${service}`;
  const cached = keys.get(cacheKey);
  const known = cached?.secret === secret.reveal() ? cached.key : undefined;
  const key = known ?? deriveSigningKey(secret.reveal(), date, region, service);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const expected = key.sign(stringToSign(timestamp, scope, canonicalRequest(request, signedHeaders)));
  if (!SIGNATURE.test(signature) || !timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw new KmsError('InvalidSignatureException', MISMATCH);
  }
  // Only now: requests that fail must not be able to push out the keys of those that don't.
  if (!known) keys.set(cacheKey, { secret: secret.reveal(), key });
}
