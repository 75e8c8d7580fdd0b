import { accessKeyId, arn } from './iam/members.ts';
import type { SdkRequest } from './sdk-types.ts';
import type { ShapeOf } from './shape.ts';

type Sts<N extends string> = ShapeOf<SdkRequest<'sts', N>>;

/** Constraints: the service model of AWS STS, 2011-06-15. */
const policy = {
  kind: 'text',
  min: 1,
  max: 2048,
  pattern: String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+`,
} as const;
const policyArns = { kind: 'list', member: { kind: 'struct', members: { arn } } } as const;
const sessionName = {
  kind: 'text',
  min: 2,
  max: 64,
  pattern: String.raw`[\w+=,.@-]*`,
  required: true,
} as const;
const roleDuration = { kind: 'int', min: 900, max: 43_200 } as const;
const tokenSize = { kind: 'int', min: 0, max: 4096 } as const;
const serialNumber = {
  kind: 'text',
  min: 9,
  max: 256,
  pattern: String.raw`[\w+=/:,.@-]*`,
} as const;
const tokenCode = { kind: 'text', min: 6, max: 6, pattern: String.raw`[\d]*` } as const;
const tagKey = {
  kind: 'text',
  min: 1,
  max: 128,
  pattern: String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
} as const;
const tag = {
  kind: 'struct',
  members: {
    Key: { ...tagKey, required: true },
    Value: {
      kind: 'text',
      min: 0,
      max: 256,
      pattern: String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`,
      required: true,
    },
  },
} as const;

export const stsShapes = {
  GetCallerIdentity: {},
  GetAccessKeyInfo: {
    AccessKeyId: { ...accessKeyId, required: true },
  } satisfies Sts<'GetAccessKeyInfo'>,
  GetSessionToken: {
    DurationSeconds: { kind: 'int', min: 900, max: 129_600 },
    SerialNumber: serialNumber,
    TokenCode: tokenCode,
    MinimumSessionTokenSize: tokenSize,
  } satisfies Sts<'GetSessionToken'>,
  AssumeRole: {
    RoleArn: { ...arn, required: true },
    RoleSessionName: sessionName,
    PolicyArns: policyArns,
    Policy: policy,
    DurationSeconds: roleDuration,
    Tags: { kind: 'list', max: 50, member: tag },
    TransitiveTagKeys: { kind: 'list', max: 50, member: tagKey },
    ExternalId: { kind: 'text', min: 2, max: 1224, pattern: String.raw`[\w+=,.@:\/-]*` },
    SerialNumber: serialNumber,
    TokenCode: tokenCode,
    SourceIdentity: { kind: 'text', min: 2, max: 64, pattern: String.raw`[\w+=,.@-]*` },
    ProvidedContexts: {
      kind: 'list',
      max: 5,
      member: {
        kind: 'struct',
        members: { ProviderArn: arn, ContextAssertion: { kind: 'text', min: 4, max: 2048 } },
      },
    },
    MinimumSessionTokenSize: tokenSize,
  } satisfies Sts<'AssumeRole'>,
  AssumeRoleWithWebIdentity: {
    RoleArn: { ...arn, required: true },
    RoleSessionName: sessionName,
    WebIdentityToken: { kind: 'text', min: 4, max: 20_000, required: true, sensitive: true },
    ProviderId: { kind: 'text', min: 4, max: 2048 },
    PolicyArns: policyArns,
    Policy: policy,
    DurationSeconds: roleDuration,
    MinimumSessionTokenSize: tokenSize,
  } satisfies Sts<'AssumeRoleWithWebIdentity'>,
} as const;
