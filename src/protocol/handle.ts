import { RateLimit, type Clock } from '../base/index.ts';
import { isKmsError, KmsError } from '../domain/index.ts';
import type { Caller } from '../identity/index.ts';
import type { Verified, Verify } from '../sigv4/index.ts';
import type { Perform, PerformRequest } from '../operations/index.ts';
import type { Codec } from './codec/codec.ts';
import { createCodecs } from './codec/codecs.ts';
import type { Route } from './codec/routes.ts';
import { publicError } from './errors.ts';
import { headerOf, type HttpResponse, type HttpRequest } from './request.ts';
import { createAuthDelay } from './auth-delay.ts';
import { isAnonymous, anonymousCaller } from './unsigned.ts';

/** What came of a request, for whoever counts and logs. */
export interface Handled {
  readonly response: HttpResponse;
  /** Undefined if it failed before it was known what it asks for. */
  readonly route: Route | undefined;
  readonly error: KmsError | undefined;
}

export interface HandleOptions {
  readonly authenticate: Verify<Caller>;
  readonly perform: Perform;
  readonly clock: Clock;
  /** Requests per second that each principal may make; no limit if not given. */
  readonly principalRate?: number;
}

/** Characters of it that are kept, as CloudTrail keeps them. */
const MAX_USER_AGENT_CHARS = 1_024;
/** Calls per second from one address that nobody signs: anybody can make them, and each leaves an audit record. */
const ANONYMOUS_REQUESTS_PER_SECOND = 20;

export type Handle = (request: HttpRequest, requestId: string) => Promise<Handled>;

/**
 * The outer half of a request (bytes): verify the signature, find the operation, decode, validate, perform, encode. The
 * one catch renders every error. It knows nothing of keys and policies.
 */
export function createHandle(options: HandleOptions): Handle {
  const codecFor = createCodecs();
  const admit = createAdmission(options);
  const delay = createAuthDelay(options.clock);
  return async (request, requestId) => {
    const codec = codecFor(request);
    let route: Route | undefined;
    try {
      const verified = anonymousCaller(request) ?? (await options.authenticate(request));
      admit(verified, request);
      route = codec.findRoute(request);
      checkService(verified, route);
      const output = await options.perform({
        service: route.service,
        operation: route.operation,
        caller: verified.credential.principal,
        policies: verified.credential.policies,
        region: verified.region,
        ...decodeInput(codec, route, request),
        requestId,
        sourceIp: request.sourceIp,
        secure: request.secure,
        tls: request.tls,
        userAgent: headerOf(request, 'user-agent').slice(0, MAX_USER_AGENT_CHARS),
      });
      return { response: codec.writeOutput(route, output, requestId), route, error: undefined };
    } catch (thrown) {
      const error = publicError(thrown, route?.service);
      await delay(error.code, request.sourceIp);
      return { response: codec.writeError(error, requestId), route, error };
    }
  };
}

/** Lets in who signed well, or calls what takes no signature, and has not called too often. */
function createAdmission({
  clock,
  principalRate,
}: HandleOptions): (verified: Verified<Caller>, request: HttpRequest) => void {
  const limit = principalRate === undefined ? undefined : new RateLimit(principalRate, clock);
  const unsigned = new RateLimit(ANONYMOUS_REQUESTS_PER_SECOND, clock);
  return (verified, { sourceIp }) => {
    const admitted = isAnonymous(verified)
      ? unsigned.take(sourceIp)
      : limit?.take(verified.credential.principal.arn);
    if (admitted === false) throw new KmsError('ThrottlingException', 'Rate exceeded');
  };
}

/** The input, or why it is none: that the inner half answers, so that the call leaves its audit record. */
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

/** A signature that is good for one service is not good for another. */
function checkService({ service }: Verified<Caller>, { signingName }: Route): void {
  if (service === signingName) return;
  throw new KmsError(
    'InvalidSignatureException',
    `Credential should be scoped to correct service: '${signingName}'.`,
  );
}
