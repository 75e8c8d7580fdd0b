import { keySpecs, keyUsages } from '../../domain/index.ts';
import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import { customerMasterKeySpecs, origins } from './enums.ts';
import {
  customKeyStoreId,
  description,
  grantTokens,
  limitUpTo,
  marker,
  policy,
  regionName,
  requiredKeyId,
  tags,
} from './members.ts';

type Kms<N extends string> = ShapeOf<SdkRequest<'kms', N>>;

/** Operations that create, list, change, replicate and delete KMS keys. */
export const keyShapes = {
  CreateKey: {
    Policy: policy,
    Description: description,
    KeyUsage: { kind: 'enum', values: keyUsages },
    CustomerMasterKeySpec: { kind: 'enum', values: customerMasterKeySpecs },
    KeySpec: { kind: 'enum', values: keySpecs },
    Origin: { kind: 'enum', values: origins },
    CustomKeyStoreId: customKeyStoreId,
    BypassPolicyLockoutSafetyCheck: { kind: 'bool' },
    Tags: tags,
    MultiRegion: { kind: 'bool' },
    XksKeyId: { kind: 'text', min: 1, max: 128, pattern: '^[a-zA-Z0-9-_.]+$' },
  } satisfies Kms<'CreateKey'>,
  DescribeKey: { KeyId: requiredKeyId, GrantTokens: grantTokens } satisfies Kms<'DescribeKey'>,
  ListKeys: { Limit: limitUpTo(1000), Marker: marker } satisfies Kms<'ListKeys'>,
  EnableKey: { KeyId: requiredKeyId } satisfies Kms<'EnableKey'>,
  DisableKey: { KeyId: requiredKeyId } satisfies Kms<'DisableKey'>,
  UpdateKeyDescription: {
    KeyId: requiredKeyId,
    Description: { ...description, required: true },
  } satisfies Kms<'UpdateKeyDescription'>,
  GetKeyLastUsage: { KeyId: requiredKeyId } satisfies Kms<'GetKeyLastUsage'>,
  // The service model allows 1 to 365 days; the service then rejects values outside 7 to 30.
  ScheduleKeyDeletion: {
    KeyId: requiredKeyId,
    PendingWindowInDays: { kind: 'int', min: 1, max: 365 },
  } satisfies Kms<'ScheduleKeyDeletion'>,
  CancelKeyDeletion: { KeyId: requiredKeyId } satisfies Kms<'CancelKeyDeletion'>,
  ReplicateKey: {
    KeyId: requiredKeyId,
    ReplicaRegion: regionName,
    Policy: policy,
    BypassPolicyLockoutSafetyCheck: { kind: 'bool' },
    Description: description,
    Tags: tags,
  } satisfies Kms<'ReplicateKey'>,
  UpdatePrimaryRegion: {
    KeyId: requiredKeyId,
    PrimaryRegion: regionName,
  } satisfies Kms<'UpdatePrimaryRegion'>,
} as const;
