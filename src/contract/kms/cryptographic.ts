import { encryptionAlgorithms } from '../../domain/index.ts';
import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import { dataKeySpecs } from './enums.ts';
import {
  ciphertextBlob,
  customKeyStoreId,
  dryRun,
  dryRunModifiers,
  encryptionContext,
  grantTokens,
  keyId,
  numberOfBytes,
  recipient,
  requiredKeyId,
} from './members.ts';

type Kms<N extends string> = ShapeOf<SdkRequest<'kms', N>>;

const encryptionAlgorithm = { kind: 'enum', values: encryptionAlgorithms } as const;
const dataKey = {
  KeyId: requiredKeyId,
  EncryptionContext: encryptionContext,
  KeySpec: { kind: 'enum', values: dataKeySpecs },
  NumberOfBytes: numberOfBytes,
  GrantTokens: grantTokens,
  DryRun: dryRun,
} as const;

/** Operations for encryption, decryption, data keys and random bytes. */
export const cryptographicShapes = {
  Encrypt: {
    KeyId: requiredKeyId,
    Plaintext: { kind: 'blob', min: 1, max: 4096, required: true, sensitive: true },
    EncryptionContext: encryptionContext,
    GrantTokens: grantTokens,
    EncryptionAlgorithm: encryptionAlgorithm,
    DryRun: dryRun,
  } satisfies Kms<'Encrypt'>,
  Decrypt: {
    CiphertextBlob: ciphertextBlob,
    EncryptionContext: encryptionContext,
    GrantTokens: grantTokens,
    KeyId: keyId,
    EncryptionAlgorithm: encryptionAlgorithm,
    Recipient: recipient,
    DryRun: dryRun,
    DryRunModifiers: dryRunModifiers,
  } satisfies Kms<'Decrypt'>,
  ReEncrypt: {
    CiphertextBlob: ciphertextBlob,
    SourceEncryptionContext: encryptionContext,
    SourceKeyId: keyId,
    DestinationKeyId: requiredKeyId,
    DestinationEncryptionContext: encryptionContext,
    SourceEncryptionAlgorithm: encryptionAlgorithm,
    DestinationEncryptionAlgorithm: encryptionAlgorithm,
    GrantTokens: grantTokens,
    DryRun: dryRun,
    DryRunModifiers: dryRunModifiers,
  } satisfies Kms<'ReEncrypt'>,
  GenerateDataKey: { ...dataKey, Recipient: recipient } satisfies Kms<'GenerateDataKey'>,
  GenerateDataKeyWithoutPlaintext: dataKey satisfies Kms<'GenerateDataKeyWithoutPlaintext'>,
  GenerateRandom: {
    NumberOfBytes: numberOfBytes,
    CustomKeyStoreId: customKeyStoreId,
    Recipient: recipient,
  } satisfies Kms<'GenerateRandom'>,
} as const;
