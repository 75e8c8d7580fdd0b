import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
} from 'jose';
import { BoundedCache, type Clock } from '../base/index.ts';
import { KmsError, type OidcProviderRow } from '../domain/index.ts';
import { boundedFetch, FETCH_TIMEOUT_MS } from './bounded-fetch.ts';

/** The verified contents of a token. */
export interface WebIdentity {
  readonly subject: string;
  /** The token's audience that the provider is configured with. */
  readonly audience: string;
  readonly claims: JWTPayload;
}

/** Verifies tokens of OpenID Connect providers with the keys that the provider publishes. */
export interface WebIdentities {
  /** @throws KmsError InvalidIdentityToken, WebIdentityTokenExpired, IDPCommunicationError */
  readonly verify: (provider: OidcProviderRow, token: string) => Promise<WebIdentity>;
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

interface Discovery {
  readonly keys: Promise<KeySet>;
  /**
   * Time of the next discovery after a failure. Unauthenticated clients can trigger discovery, and
   * must not make Keyhold flood a provider that is down.
   */
  retryAt: number;
}

const MAX_PROVIDERS = 256;
/** Delay before a failed discovery is repeated, in milliseconds. */
const RETRY_DELAY_MS = 10_000;
const LOCAL_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/** Returns the issuer that an unverified token names. @throws KmsError InvalidIdentityToken */
export function issuerOf(token: string): string {
  try {
    const { iss } = decodeJwt(token);
    if (typeof iss === 'string') return iss;
  } catch {
    // Every malformed token gets the same error.
  }
  throw new KmsError(
    'InvalidIdentityToken',
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  );
}

export function openWebIdentities({ clock }: { readonly clock: Clock }): WebIdentities {
  const keySets = new BoundedCache<string, Discovery>(MAX_PROVIDERS);

  function keySetOf(issuer: string): Promise<KeySet> {
    const known = keySets.get(issuer);
    if (known && clock.now() < known.retryAt) return known.keys;
    const discovery: Discovery = { keys: discover(issuer), retryAt: Number.POSITIVE_INFINITY };
    keySets.set(issuer, discovery);
    discovery.keys.catch(() => (discovery.retryAt = clock.now() + RETRY_DELAY_MS));
    return discovery.keys;
  }

  return {
    async verify({ scheme, url, clientIds }, token) {
      const issuer = `${scheme}://${url}`;
      const keys = await keySetOf(issuer);
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: [issuer, `${issuer}/`],
          audience: [...clientIds],
          algorithms: ALGORITHMS,
          currentDate: new Date(clock.now()),
          requiredClaims: ['sub', 'aud', 'exp', 'iat'],
        });
        return {
          subject: payload.sub ?? '',
          audience: audienceOf(payload, clientIds),
          claims: payload,
        };
      } catch (error) {
        throw invalidToken(error, clock.now());
      }
    },
  };
}

/** Finds the address of the provider's keys. Source: OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<KeySet> {
  try {
    if (!isSecure(new URL(issuer)) && !isLocal(new URL(issuer)))
      throw new Error('the issuer is neither https nor on this machine');
    const response = await boundedFetch(`${issuer}/.well-known/openid-configuration`);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { jwks_uri: address }: { readonly jwks_uri?: unknown } = JSON.parse(
      await response.text(),
    );
    if (typeof address !== 'string') throw new Error('no jwks_uri');
    return createRemoteJWKSet(keyAddress(address, issuer), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      [customFetch]: boundedFetch,
    });
  } catch (error) {
    throw unreachable(error);
  }
}

/**
 * Parses the address of the provider's keys. It must be https. Only an issuer on this machine may
 * also name an http address on this machine. Otherwise, an attacker who controls the response of an
 * http issuer could make Keyhold trust, and send requests to, any server that it can reach.
 */
function keyAddress(text: string, issuer: string): URL {
  const address = new URL(text);
  if (address.username !== '' || address.password !== '')
    throw new Error('jwks_uri contains credentials');
  if (!isSecure(address) && !(isLocal(address) && isLocal(new URL(issuer))))
    throw new Error('jwks_uri is not https');
  return address;
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:';
}

/** Returns whether a URL is http on this machine. `URL` has normalized the host. */
function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && LOCAL_HOST.test(hostname);
}

function unreachable(cause: unknown): KmsError {
  return new KmsError(
    'IDPCommunicationError',
    'The identity provider cannot be reached, or does not publish its keys as OpenID Connect requires.',
    {
      cause,
    },
  );
}

function audienceOf({ aud }: JWTPayload, clientIds: readonly string[]): string {
  const audiences = typeof aud === 'string' ? [aud] : (aud ?? []);
  return audiences.find((one) => clientIds.includes(one)) ?? '';
}

function invalidToken(error: unknown, now: number): KmsError {
  if (error instanceof errors.JWTExpired) {
    const expiry = new Date((error.payload.exp ?? 0) * 1000).toISOString();
    return new KmsError(
      'WebIdentityTokenExpired',
      `Token expired: current date/time ${new Date(now).toISOString()} must be before the expiration date/time ${expiry}`,
    );
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const text =
      error.claim === 'aud'
        ? 'Incorrect token audience'
        : `The claim ${error.claim} of the token is missing or not valid`;
    return new KmsError('InvalidIdentityToken', text, { cause: error });
  }
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
    return unreachable(error);
  return new KmsError(
    'InvalidIdentityToken',
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    { cause: error },
  );
}
