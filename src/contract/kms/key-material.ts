import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import {
  expirationModels,
  importTypes,
  includedKeyMaterial,
  wrappingAlgorithms,
  wrappingKeySpecs,
} from './enums.ts';
import { keyMaterialId, limitUpTo, marker, requiredKeyId } from './members.ts';

type Kms<N extends string> = ShapeOf<SdkRequest<'kms', N>>;

/** Operations that rotate and import key material. */
export const keyMaterialShapes = {
  EnableKeyRotation: {
    KeyId: requiredKeyId,
    RotationPeriodInDays: { kind: 'int', min: 90, max: 2560 },
  } satisfies Kms<'EnableKeyRotation'>,
  DisableKeyRotation: { KeyId: requiredKeyId } satisfies Kms<'DisableKeyRotation'>,
  GetKeyRotationStatus: { KeyId: requiredKeyId } satisfies Kms<'GetKeyRotationStatus'>,
  RotateKeyOnDemand: { KeyId: requiredKeyId } satisfies Kms<'RotateKeyOnDemand'>,
  ListKeyRotations: {
    KeyId: requiredKeyId,
    IncludeKeyMaterial: { kind: 'enum', values: includedKeyMaterial },
    Limit: limitUpTo(1000),
    Marker: marker,
  } satisfies Kms<'ListKeyRotations'>,
  GetParametersForImport: {
    KeyId: requiredKeyId,
    WrappingAlgorithm: { kind: 'enum', values: wrappingAlgorithms, required: true },
    WrappingKeySpec: { kind: 'enum', values: wrappingKeySpecs, required: true },
  } satisfies Kms<'GetParametersForImport'>,
  ImportKeyMaterial: {
    KeyId: requiredKeyId,
    ImportToken: { kind: 'blob', min: 1, max: 6144, required: true },
    EncryptedKeyMaterial: { kind: 'blob', min: 1, max: 6144, required: true },
    ValidTo: { kind: 'timestamp' },
    ExpirationModel: { kind: 'enum', values: expirationModels },
    ImportType: { kind: 'enum', values: importTypes },
    KeyMaterialDescription: {
      kind: 'text',
      min: 0,
      max: 256,
      pattern: String.raw`^[a-zA-Z0-9:/_\s.-]+$`,
    },
    KeyMaterialId: keyMaterialId,
  } satisfies Kms<'ImportKeyMaterial'>,
  DeleteImportedKeyMaterial: {
    KeyId: requiredKeyId,
    KeyMaterialId: keyMaterialId,
  } satisfies Kms<'DeleteImportedKeyMaterial'>,
} as const;
