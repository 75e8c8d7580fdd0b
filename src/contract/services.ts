import type { NewerOperations } from './cloudhsm-newer-members.ts';
import type { KeyholdOperations } from './keyhold-types.ts';
import type { SdkRequest, SdkResponse, SdkServiceName } from './sdk-types.ts';
import type { shapes } from './shapes.ts';

interface JsonService {
  readonly protocol: 'json';
  /** The prefix of `X-Amz-Target`, before the dot. */
  readonly targetPrefix: string;
  readonly signingName: string;
  /** The member of an error's body that contains its message. */
  readonly errorMember: 'message' | 'Message';
}
interface QueryService {
  readonly protocol: 'query';
  readonly version: string;
  readonly namespace: string;
  readonly signingName: string;
}

export type Services = typeof shapes;
export type ServiceName = keyof Services;

/** The protocol of each service. */
export const services = {
  kms: {
    protocol: 'json',
    targetPrefix: 'TrentService',
    signingName: 'kms',
    errorMember: 'message',
  },
  cloudhsm: {
    protocol: 'json',
    targetPrefix: 'BaldrApiService',
    signingName: 'cloudhsm',
    errorMember: 'Message',
  },
  cloudtrail: {
    protocol: 'json',
    targetPrefix: 'CloudTrail_20131101',
    signingName: 'cloudtrail',
    errorMember: 'message',
  },
  iam: {
    protocol: 'query',
    version: '2010-05-08',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    signingName: 'iam',
  },
  sts: {
    protocol: 'query',
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    signingName: 'sts',
  },
  keyhold: {
    protocol: 'json',
    targetPrefix: 'Keyhold_20261124',
    signingName: 'keyhold',
    errorMember: 'message',
  },
} as const satisfies Record<ServiceName, JsonService | QueryService>;

/** The operations of a service. For a union of services, those of all. */
export type OperationName<S extends ServiceName> = { [T in S]: keyof Services[T] & string }[S];

/** An operation's input after decoding: bytes as Uint8Array, timestamps as Date. */
export type Request<
  S extends ServiceName,
  N extends OperationName<S>,
> = N extends keyof NewerOperations
  ? NewerOperations[N]['input']
  : S extends SdkServiceName
    ? SdkRequest<S, N>
    : N extends keyof KeyholdOperations
      ? KeyholdOperations[N]['input']
      : never;

/**
 * An operation's output before encoding: bytes as Uint8Array, timestamps as Date, without
 * `$metadata`.
 */
export type Response<
  S extends ServiceName,
  N extends OperationName<S>,
> = N extends keyof NewerOperations
  ? NewerOperations[N]['output']
  : S extends SdkServiceName
    ? SdkResponse<S, N>
    : N extends keyof KeyholdOperations
      ? KeyholdOperations[N]['output']
      : never;
