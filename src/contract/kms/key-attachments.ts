import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import {
  aliasName,
  keyId,
  limitUpTo,
  marker,
  policy,
  policyName,
  requiredKeyId,
  tagKey,
  tags,
} from './members.ts';

type Kms<N extends string> = ShapeOf<SdkRequest<'kms', N>>;

/** Operations on a KMS key's aliases, policy and tags. */
export const keyAttachmentShapes = {
  CreateAlias: { AliasName: aliasName, TargetKeyId: requiredKeyId } satisfies Kms<'CreateAlias'>,
  UpdateAlias: { AliasName: aliasName, TargetKeyId: requiredKeyId } satisfies Kms<'UpdateAlias'>,
  DeleteAlias: { AliasName: aliasName } satisfies Kms<'DeleteAlias'>,
  ListAliases: { KeyId: keyId, Limit: limitUpTo(100), Marker: marker } satisfies Kms<'ListAliases'>,
  GetKeyPolicy: { KeyId: requiredKeyId, PolicyName: policyName } satisfies Kms<'GetKeyPolicy'>,
  PutKeyPolicy: {
    KeyId: requiredKeyId,
    PolicyName: policyName,
    Policy: { ...policy, required: true },
    BypassPolicyLockoutSafetyCheck: { kind: 'bool' },
  } satisfies Kms<'PutKeyPolicy'>,
  ListKeyPolicies: {
    KeyId: requiredKeyId,
    Limit: limitUpTo(1000),
    Marker: marker,
  } satisfies Kms<'ListKeyPolicies'>,
  TagResource: {
    KeyId: requiredKeyId,
    Tags: { ...tags, required: true },
  } satisfies Kms<'TagResource'>,
  UntagResource: {
    KeyId: requiredKeyId,
    TagKeys: { kind: 'list', member: tagKey, required: true },
  } satisfies Kms<'UntagResource'>,
  ListResourceTags: {
    KeyId: requiredKeyId,
    Limit: limitUpTo(50),
    Marker: marker,
  } satisfies Kms<'ListResourceTags'>,
} as const;
