import { RateLimit } from '../base/index.ts';
import { KmsError } from '../domain/index.ts';
import type { Caller } from '../identity/index.ts';
import type { Verified } from '../sigv4/index.ts';
import { createDialects } from './dialects.ts';
import type { Endpoint } from './endpoints.ts';
import { publicError } from './errors.ts';
import { headerOf, type Answer, type Frame } from './frame.ts';
import type { HttpOptions } from './options.ts';
import { createPenalties } from './penalties.ts';
import { unsignedCaller } from './unsigned.ts';

/** What came of a request, for whoever counts and logs. */
export interface Handled {
  readonly answer: Answer;
  /** Undefined if it failed before it was known what it asks for. */
  readonly endpoint: Endpoint | undefined;
  readonly error: KmsError | undefined;
}

type Stages = Pick<HttpOptions, 'authenticate' | 'perform' | 'clock' | 'principalRate'>;
export type Handle = (frame: Frame, requestId: string) => Promise<Handled>;

/**
 * The outer half of a request (bytes): verify the signature, find the operation, decode, validate, perform, encode. The
 * one catch renders every error. It knows nothing of keys and policies.
 */
export function createHandle({ authenticate, perform, clock, principalRate }: Stages): Handle {
  const dialectOf = createDialects();
  const penalty = createPenalties(clock);
  const limit = principalRate === undefined ? undefined : new RateLimit(principalRate, clock);
  return async (frame, requestId) => {
    const dialect = dialectOf(frame);
    let endpoint: Endpoint | undefined;
    try {
      const verified = unsignedCaller(frame) ?? (await authenticate(frame));
      // Whoever calls without a name is known by the address.
      const { arn } = verified.credential.principal;
      if (limit?.take(arn === '' ? frame.sourceIp : arn) === false) throw new KmsError('ThrottlingException', 'Rate exceeded');
      endpoint = dialect.find(frame);
      checkService(verified, endpoint);
      const input = endpoint.decode(dialect.read(frame, endpoint));
      endpoint.validate(input);
      const output = await perform({
        service: endpoint.service,
        operation: endpoint.operation,
        caller: verified.credential.principal,
        policies: verified.credential.policies,
        region: verified.region,
        input,
        requestId,
        sourceIp: frame.sourceIp,
        secure: frame.secure,
        userAgent: headerOf(frame, 'user-agent'),
      });
      return { answer: dialect.answer(endpoint, output, requestId), endpoint, error: undefined };
    } catch (thrown) {
      const error = publicError(thrown, endpoint?.service);
      await penalty(error.code, frame.sourceIp);
      return { answer: dialect.refuse(error, requestId), endpoint, error };
    }
  };
}

/** A signature that is good for one service is not good for another. */
function checkService({ service }: Verified<Caller>, { signingName }: Endpoint): void {
  if (service === signingName) return;
  throw new KmsError('InvalidSignatureException', `Credential should be scoped to correct service: '${signingName}'.`);
}
