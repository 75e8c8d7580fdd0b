import { networkOf, RateLimit, type Clock } from '../base/index.ts';
import { isKmsError, KmsError } from '../domain/index.ts';
import type { Caller } from '../identity/index.ts';
import type { Perform, PerformRequest } from '../operations/index.ts';
import type { Verified, Verify } from '../sigv4/index.ts';
import { createAuthDelay } from './auth-delay.ts';
import type { Codec } from './codec/codec.ts';
import { createCodecs } from './codec/codecs.ts';
import type { Route } from './codec/routes.ts';
import { publicError } from './errors.ts';
import { headerOf, type HttpRequest, type HttpResponse } from './request.ts';
import { anonymousCaller, isAnonymous } from './unsigned.ts';

/** Result of a request, for metrics and logging. */
export interface Handled {
  readonly response: HttpResponse;
  /** Undefined if the request failed before its operation was known. */
  readonly route: Route | undefined;
  readonly error: KmsError | undefined;
  /** True if the operation was performed, or tried, and has left an audit record. */
  readonly performed: boolean;
}

export interface HandleOptions {
  /** Verifies the signature of a request. */
  readonly authenticate: Verify<Caller>;
  readonly perform: Perform;
  readonly clock: Clock;
  /** Limit of each principal, in requests per second. No limit if omitted. */
  readonly principalRate?: number;
}

/** Longest user agent that is kept, as in CloudTrail. */
const MAX_USER_AGENT_CHARS = 1_024;
/**
 * Limit per client address. Unsigned requests need no credentials, and each one leaves an audit
 * record.
 */
const ANONYMOUS_REQUESTS_PER_SECOND = 20;

export type Handle = (request: HttpRequest, requestId: string) => Promise<Handled>;

/**
 * Creates the outer half of a request, which works on bytes: verify the signature, find the
 * operation, decode, validate, perform, encode. A single catch renders every error. It knows
 * nothing of keys and policies.
 */
export function createHandle(options: HandleOptions): Handle {
  const codecFor = createCodecs();
  const admit = createAdmission(options);
  const delay = createAuthDelay(options.clock);
  return async (request, requestId) => {
    const codec = codecFor(request);
    let route: Route | undefined;
    let performed = false;
    try {
      const verified = anonymousCaller(request) ?? (await options.authenticate(request));
      admit(verified, request);
      route = codec.findRoute(request);
      checkService(verified, route);
      const decoded = decodeInput(codec, route, request);
      performed = true;
      const output = await options.perform({
        service: route.service,
        operation: route.operation,
        caller: verified.credential.principal,
        policies: verified.credential.policies,
        region: verified.region,
        ...decoded,
        requestId,
        sourceIp: request.sourceIp,
        secure: request.secure,
        tls: request.tls,
        userAgent: headerOf(request, 'user-agent').slice(0, MAX_USER_AGENT_CHARS),
      });
      const response = codec.writeOutput(route, output, requestId);
      return { response, route, error: undefined, performed };
    } catch (thrown) {
      const error = publicError(thrown, route?.service);
      await delay(error.code, request.sourceIp, request.body.length);
      return { response: codec.writeError(error, requestId), route, error, performed };
    }
  };
}

/**
 * Returns the function that admits a request if its caller is within the rate limit. Throws
 * ThrottlingException otherwise.
 */
function createAdmission({
  clock,
  principalRate,
}: HandleOptions): (verified: Verified<Caller>, request: HttpRequest) => void {
  const limit = principalRate === undefined ? undefined : new RateLimit(principalRate, clock);
  const anonymousLimit = new RateLimit(ANONYMOUS_REQUESTS_PER_SECOND, clock);
  return (verified, { sourceIp }) => {
    const admitted = isAnonymous(verified)
      ? anonymousLimit.take(networkOf(sourceIp))
      : limit?.take(verified.credential.principal.arn);
    if (admitted === false) throw new KmsError('ThrottlingException', 'Rate exceeded');
  };
}

/**
 * Decodes and validates the input. A failure is returned rather than thrown, so that `perform` can
 * audit the call.
 */
function decodeInput(
  codec: Codec,
  route: Route,
  request: HttpRequest,
): Pick<PerformRequest, 'input' | 'inputError'> {
  try {
    const input = route.decode(codec.readInput(request, route));
    route.validate(input);
    return { input };
  } catch (error) {
    if (!isKmsError(error)) throw error;
    return { input: {}, inputError: error };
  }
}

/** Rejects a signature for another service. */
function checkService({ service }: Verified<Caller>, { signingName }: Route): void {
  if (service === signingName) return;
  throw new KmsError(
    'InvalidSignatureException',
    `Credential should be scoped to correct service: '${signingName}'.`,
  );
}
