import { SecretText } from '../base/index.ts';
import { services, withoutSignature } from '../contract/index.ts';
import { KmsError } from '../domain/index.ts';
import type { Caller } from '../identity/index.ts';
import type { Verified } from '../sigv4/index.ts';
import { parameter } from './codec/aws-query.ts';
import { headerOf, type HttpRequest } from './request.ts';

/** Twice the longest token and session policies of AssumeRoleWithWebIdentity, percent-encoded. */
const MAX_UNSIGNED_BODY_BYTES = 128 * 1024;

/** The caller of an unsigned request: a principal without a name or policies. */
const anonymous: Verified<Caller> = {
  credential: {
    secretAccessKey: new SecretText(''),
    principal: { account: '', arn: '', userId: '', accessKeyId: '' },
    policies: { identity: [] },
  },
  accessKeyId: '',
  // The Region of the global STS endpoint.
  region: 'us-east-1',
  service: services.sts.signingName,
};

/**
 * Returns the anonymous caller if the operation takes unsigned requests and the request has no
 * signature. Returns undefined otherwise. Throws RequestEntityTooLargeException.
 */
export function anonymousCaller(request: HttpRequest): Verified<Caller> | undefined {
  const action =
    headerOf(request, 'authorization') === '' ? parameter(request, 'Action') : undefined;
  if (action === undefined || !withoutSignature.has(action)) return undefined;
  if (request.body.length > MAX_UNSIGNED_BODY_BYTES)
    throw new KmsError(
      'RequestEntityTooLargeException',
      `A request without a signature must not be larger than ${MAX_UNSIGNED_BODY_BYTES} bytes.`,
    );
  return anonymous;
}

export function isAnonymous(caller: Verified<Caller>): boolean {
  return caller === anonymous;
}
