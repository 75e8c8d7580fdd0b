import { services, withoutSignature } from '../contract/index.ts';
import { SecretText } from '../base/index.ts';
import type { Caller } from '../identity/index.ts';
import type { Verified } from '../sigv4/index.ts';
import { headerOf, type HttpRequest } from './request.ts';
import { parameter } from './codec/aws-query.ts';

/** Whoever calls without a signature: nobody's principal, with no policy that allows anything. */
const anonymous: Verified<Caller> = {
  credential: {
    secretAccessKey: new SecretText(''),
    principal: { account: '', arn: '', userId: '', accessKeyId: '' },
    policies: { identity: [] },
  },
  accessKeyId: '',
  // STS without a Region is in this one.
  region: 'us-east-1',
  service: services.sts.signingName,
};

/** The caller of an operation that takes no signature; undefined if one is needed, or came along all the same. */
export function anonymousCaller(request: HttpRequest): Verified<Caller> | undefined {
  const asked =
    headerOf(request, 'authorization') === '' ? parameter(request, 'Action') : undefined;
  return asked !== undefined && withoutSignature.has(asked) ? anonymous : undefined;
}

export function isAnonymous(caller: Verified<Caller>): boolean {
  return caller === anonymous;
}
