import {
  encapsulationAlgorithms,
  keyAgreementAlgorithms,
  macAlgorithms,
  messageTypes,
  signingAlgorithms,
} from '../../domain/index.ts';
import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import { dataKeyPairSpecs } from './enums.ts';
import {
  ciphertextBlob,
  dryRun,
  encryptionContext,
  grantTokens,
  recipient,
  requiredKeyId,
} from './members.ts';

type Kms<N extends string> = ShapeOf<SdkRequest<'kms', N>>;

const message = { kind: 'blob', min: 1, max: 4096, required: true, sensitive: true } as const;
const signatureOrMac = { kind: 'blob', min: 1, max: 6144, required: true } as const;
const signingAlgorithm = { kind: 'enum', values: signingAlgorithms, required: true } as const;
const macAlgorithm = { kind: 'enum', values: macAlgorithms, required: true } as const;
const messageType = { kind: 'enum', values: messageTypes } as const;
const encapsulationAlgorithm = {
  kind: 'enum',
  values: encapsulationAlgorithms,
  required: true,
} as const;
const dataKeyPair = {
  EncryptionContext: encryptionContext,
  KeyId: requiredKeyId,
  KeyPairSpec: { kind: 'enum', values: dataKeyPairSpecs, required: true },
  GrantTokens: grantTokens,
  DryRun: dryRun,
} as const;

/**
 * Operations of asymmetric and HMAC keys other than encryption, and key pairs for use outside KMS.
 */
export const keyPairAndMacShapes = {
  Sign: {
    KeyId: requiredKeyId,
    Message: message,
    MessageType: messageType,
    GrantTokens: grantTokens,
    SigningAlgorithm: signingAlgorithm,
    DryRun: dryRun,
  } satisfies Kms<'Sign'>,
  Verify: {
    KeyId: requiredKeyId,
    Message: message,
    MessageType: messageType,
    Signature: signatureOrMac,
    SigningAlgorithm: signingAlgorithm,
    GrantTokens: grantTokens,
    DryRun: dryRun,
  } satisfies Kms<'Verify'>,
  GenerateMac: {
    Message: message,
    KeyId: requiredKeyId,
    MacAlgorithm: macAlgorithm,
    GrantTokens: grantTokens,
    DryRun: dryRun,
  } satisfies Kms<'GenerateMac'>,
  VerifyMac: {
    Message: message,
    KeyId: requiredKeyId,
    MacAlgorithm: macAlgorithm,
    Mac: signatureOrMac,
    GrantTokens: grantTokens,
    DryRun: dryRun,
  } satisfies Kms<'VerifyMac'>,
  DeriveSharedSecret: {
    KeyId: requiredKeyId,
    KeyAgreementAlgorithm: { kind: 'enum', values: keyAgreementAlgorithms, required: true },
    PublicKey: { kind: 'blob', min: 1, max: 8192, required: true },
    GrantTokens: grantTokens,
    DryRun: dryRun,
    Recipient: recipient,
  } satisfies Kms<'DeriveSharedSecret'>,
  // Newer than the service model that was used: constraints as for other ciphertexts.
  Encapsulate: {
    KeyId: requiredKeyId,
    EncapsulationAlgorithm: encapsulationAlgorithm,
    GrantTokens: grantTokens,
    DryRun: dryRun,
  } satisfies Kms<'Encapsulate'>,
  Decapsulate: {
    KeyId: requiredKeyId,
    SharedSecretCiphertextBlob: { ...ciphertextBlob, required: true },
    EncapsulationAlgorithm: encapsulationAlgorithm,
    GrantTokens: grantTokens,
    DryRun: dryRun,
  } satisfies Kms<'Decapsulate'>,
  GetPublicKey: { KeyId: requiredKeyId, GrantTokens: grantTokens } satisfies Kms<'GetPublicKey'>,
  GenerateDataKeyPair: {
    ...dataKeyPair,
    Recipient: recipient,
  } satisfies Kms<'GenerateDataKeyPair'>,
  GenerateDataKeyPairWithoutPlaintext:
    dataKeyPair satisfies Kms<'GenerateDataKeyPairWithoutPlaintext'>,
} as const;
