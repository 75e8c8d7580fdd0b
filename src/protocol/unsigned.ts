import { services, withoutSignature } from '../contract/index.ts';
import { SecretText } from '../base/index.ts';
import type { Caller } from '../identity/index.ts';
import type { Verified } from '../sigv4/index.ts';
import { headerOf, type Frame } from './request.ts';
import { parameter } from './codec/aws-query.ts';

/** Whoever calls without a signature: nobody's principal, with no policy that allows anything. */
const nobody: Verified<Caller> = {
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
export function unsignedCaller(frame: Frame): Verified<Caller> | undefined {
  const asked = headerOf(frame, 'authorization') === '' ? parameter(frame, 'Action') : undefined;
  return asked !== undefined && withoutSignature.has(asked) ? nobody : undefined;
}

export function isNobody(caller: Verified<Caller>): boolean {
  return caller === nobody;
}
