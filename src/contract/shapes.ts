import type { NewerOperations } from './cloudhsm-newer-members.ts';
import { cloudHsmShapes } from './cloudhsm.ts';
import { cloudTrailShapes } from './cloudtrail.ts';
import { policyShapes } from './iam/policies.ts';
import { roleShapes } from './iam/roles.ts';
import { userShapes } from './iam/users.ts';
import { keyholdShapes } from './keyhold.ts';
import type { KeyholdOperations } from './keyhold-types.ts';
import { cryptographicShapes } from './kms/cryptographic.ts';
import { customKeyStoreShapes } from './kms/custom-key-stores.ts';
import { grantShapes } from './kms/grants.ts';
import { keyAttachmentShapes } from './kms/key-attachments.ts';
import { keyMaterialShapes } from './kms/key-material.ts';
import { keyPairAndMacShapes } from './kms/key-pairs-and-macs.ts';
import { keyShapes } from './kms/keys.ts';
import type { SdkOperationName } from './sdk-types.ts';
import type { Members } from './shape.ts';
import { stsShapes } from './sts.ts';

/**
 * The inputs of every operation of Keyhold. Outputs need no table: their bytes are Uint8Array and
 * their timestamps Date, and each has only one form on the wire.
 */
export const shapes = {
  kms: {
    ...keyShapes,
    ...keyMaterialShapes,
    ...cryptographicShapes,
    ...keyPairAndMacShapes,
    ...keyAttachmentShapes,
    ...grantShapes,
    ...customKeyStoreShapes,
  },
  cloudhsm: cloudHsmShapes,
  cloudtrail: cloudTrailShapes,
  iam: { ...userShapes, ...roleShapes, ...policyShapes },
  sts: stsShapes,
  keyhold: keyholdShapes,
} as const satisfies {
  readonly kms: Record<SdkOperationName<'kms'>, Members>;
  readonly cloudhsm: Record<SdkOperationName<'cloudhsm'> | keyof NewerOperations, Members>;
  readonly cloudtrail: Partial<Record<SdkOperationName<'cloudtrail'>, Members>>;
  readonly iam: Partial<Record<SdkOperationName<'iam'>, Members>>;
  readonly sts: Partial<Record<SdkOperationName<'sts'>, Members>>;
  readonly keyhold: Record<keyof KeyholdOperations, Members>;
};

/** The KMS operations whose response has an empty body. All others return at least `{}`. */
export const withoutOutput: ReadonlySet<string> = new Set([
  'CreateAlias',
  'DeleteAlias',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'PutKeyPolicy',
  'RetireGrant',
  'RevokeGrant',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
  'UpdatePrimaryRegion',
] satisfies (keyof typeof shapes.kms)[]);

/** The STS operations that are not signed: a token in the input identifies the caller. */
export const withoutSignature: ReadonlySet<string> = new Set([
  'AssumeRoleWithWebIdentity',
] satisfies (keyof typeof shapes.sts)[]);
