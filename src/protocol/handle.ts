import { RateLimit, type Clock } from '../base/index.ts';
import { isKmsError, KmsError } from '../domain/index.ts';
import type { Caller } from '../identity/index.ts';
import type { Verified, Verify } from '../sigv4/index.ts';
import type { Perform, PerformRequest } from '../operations/index.ts';
import type { Dialect } from './codec/codec.ts';
import { createDialects } from './codec/codecs.ts';
import type { Endpoint } from './codec/routes.ts';
import { publicError } from './errors.ts';
import { headerOf, type Answer, type Frame } from './request.ts';
import { createPenalties } from './auth-delay.ts';
import { isNobody, unsignedCaller } from './unsigned.ts';

/** What came of a request, for whoever counts and logs. */
export interface Handled {
  readonly answer: Answer;
  /** Undefined if it failed before it was known what it asks for. */
  readonly endpoint: Endpoint | undefined;
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
const MAX_USER_AGENT = 1_024;
/** Calls per second from one address that nobody signs: anybody can make them, and each leaves an audit record. */
const UNSIGNED_RATE = 20;

export type Handle = (frame: Frame, requestId: string) => Promise<Handled>;

/**
 * The outer half of a request (bytes): verify the signature, find the operation, decode, validate, perform, encode. The
 * one catch renders every error. It knows nothing of keys and policies.
 */
export function createHandle(options: HandleOptions): Handle {
  const dialectOf = createDialects();
  const admit = createAdmission(options);
  const penalty = createPenalties(options.clock);
  return async (frame, requestId) => {
    const dialect = dialectOf(frame);
    let endpoint: Endpoint | undefined;
    try {
      const verified = unsignedCaller(frame) ?? (await options.authenticate(frame));
      admit(verified, frame);
      endpoint = dialect.find(frame);
      checkService(verified, endpoint);
      const output = await options.perform({
        service: endpoint.service,
        operation: endpoint.operation,
        caller: verified.credential.principal,
        policies: verified.credential.policies,
        region: verified.region,
        ...readInput(dialect, endpoint, frame),
        requestId,
        sourceIp: frame.sourceIp,
        secure: frame.secure,
        tls: frame.tls,
        userAgent: headerOf(frame, 'user-agent').slice(0, MAX_USER_AGENT),
      });
      return { answer: dialect.answer(endpoint, output, requestId), endpoint, error: undefined };
    } catch (thrown) {
      const error = publicError(thrown, endpoint?.service);
      await penalty(error.code, frame.sourceIp);
      return { answer: dialect.refuse(error, requestId), endpoint, error };
    }
  };
}

/** Lets in who signed well, or calls what takes no signature, and has not called too often. */
function createAdmission({
  clock,
  principalRate,
}: HandleOptions): (verified: Verified<Caller>, frame: Frame) => void {
  const limit = principalRate === undefined ? undefined : new RateLimit(principalRate, clock);
  const unsigned = new RateLimit(UNSIGNED_RATE, clock);
  return (verified, { sourceIp }) => {
    const admitted = isNobody(verified)
      ? unsigned.take(sourceIp)
      : limit?.take(verified.credential.principal.arn);
    if (admitted === false) throw new KmsError('ThrottlingException', 'Rate exceeded');
  };
}

/** The input, or why it is none: that the inner half answers, so that the call leaves its audit record. */
function readInput(
  dialect: Dialect,
  endpoint: Endpoint,
  frame: Frame,
): Pick<PerformRequest, 'input' | 'refusal'> {
  try {
    const input = endpoint.decode(dialect.read(frame, endpoint));
    endpoint.validate(input);
    return { input };
  } catch (error) {
    if (!isKmsError(error)) throw error;
    return { input: {}, refusal: error };
  }
}

/** A signature that is good for one service is not good for another. */
function checkService({ service }: Verified<Caller>, { signingName }: Endpoint): void {
  if (service === signingName) return;
  throw new KmsError(
    'InvalidSignatureException',
    `Credential should be scoped to correct service: '${signingName}'.`,
  );
}
