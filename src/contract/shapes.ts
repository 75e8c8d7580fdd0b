import { cloudHsmShapes } from './cloudhsm.ts';
import type { KeyholdOperations } from './keyhold-types.ts';
import { cryptographicShapes } from './kms/cryptographic.ts';
import { customKeyStoreShapes } from './kms/custom-key-stores.ts';
import { keyAttachmentShapes } from './kms/key-attachments.ts';
import { keyShapes } from './kms/keys.ts';
import type { SdkOperationName } from './sdk-types.ts';
import type { Members } from './shape.ts';

/**
 * The inputs of every operation that Keyhold serves. Outputs need no table: their bytes are Uint8Array, their timestamps
 * Date, and each has one form on the wire.
 */
export const shapes = {
  kms: { ...keyShapes, ...cryptographicShapes, ...keyAttachmentShapes, ...customKeyStoreShapes },
  cloudhsm: cloudHsmShapes,
  sts: { GetCallerIdentity: {} },
  keyhold: { DescribeStatus: {} },
} as const satisfies {
  readonly kms: Partial<Record<SdkOperationName<'kms'>, Members>>;
  readonly cloudhsm: Partial<Record<SdkOperationName<'cloudhsm'>, Members>>;
  readonly sts: Partial<Record<SdkOperationName<'sts'>, Members>>;
  readonly keyhold: Record<keyof KeyholdOperations, Members>;
};

/** The KMS operations that answer with an empty body; all others answer at least `{}`. */
export const withoutOutput: ReadonlySet<string> = new Set([
  'CreateAlias',
  'DeleteAlias',
  'DisableKey',
  'EnableKey',
  'PutKeyPolicy',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
] satisfies (keyof typeof shapes.kms)[]);
