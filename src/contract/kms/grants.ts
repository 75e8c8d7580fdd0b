import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import { grantOperations } from './enums.ts';
import {
  dryRun,
  encryptionContext,
  grantId,
  grantTokens,
  keyId,
  limitUpTo,
  marker,
  principalId,
  requiredKeyId,
} from './members.ts';

type Kms<N extends string> = ShapeOf<SdkRequest<'kms', N>>;

/** Newer than the service model that was used: constraints as for other principals. */
const servicePrincipal = principalId;

export const grantShapes = {
  CreateGrant: {
    KeyId: requiredKeyId,
    GranteePrincipal: principalId,
    RetiringPrincipal: principalId,
    Operations: { kind: 'list', member: { kind: 'enum', values: grantOperations }, required: true },
    Constraints: {
      kind: 'struct',
      members: {
        EncryptionContextSubset: encryptionContext,
        EncryptionContextEquals: encryptionContext,
        SourceArn: { kind: 'text' },
      },
    },
    GrantTokens: grantTokens,
    Name: { kind: 'text', min: 1, max: 256, pattern: '^[a-zA-Z0-9:/_-]+$' },
    DryRun: dryRun,
    GranteeServicePrincipal: servicePrincipal,
    RetiringServicePrincipal: servicePrincipal,
  } satisfies Kms<'CreateGrant'>,
  ListGrants: {
    Limit: limitUpTo(100),
    Marker: marker,
    KeyId: requiredKeyId,
    GrantId: grantId,
    GranteePrincipal: principalId,
    GranteeServicePrincipal: servicePrincipal,
  } satisfies Kms<'ListGrants'>,
  ListRetirableGrants: {
    Limit: limitUpTo(100),
    Marker: marker,
    RetiringPrincipal: principalId,
    RetiringServicePrincipal: servicePrincipal,
  } satisfies Kms<'ListRetirableGrants'>,
  RetireGrant: {
    GrantToken: { kind: 'text', min: 1, max: 8192 },
    KeyId: keyId,
    GrantId: grantId,
    DryRun: dryRun,
  } satisfies Kms<'RetireGrant'>,
  RevokeGrant: {
    KeyId: requiredKeyId,
    GrantId: { ...grantId, required: true },
    DryRun: dryRun,
  } satisfies Kms<'RevokeGrant'>,
} as const;
