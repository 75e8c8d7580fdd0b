/** Translation of the domain's algorithms and material types to HSM mechanisms and attributes. */
import {
  encryptionAlgorithms,
  signingAlgorithms,
  type EncryptionAlgorithm,
  type KeyUsage,
  type MaterialType,
  type MessageType,
  type SigningAlgorithm,
} from '../../domain/index.ts';
import {
  formAttributes,
  type EncryptionMechanism,
  type KeyForm,
  type KeyTemplate,
  type NewKeyForm,
  type SignatureMechanism,
  type SignedData,
  type WrapMechanism,
} from '../../hsm/wire/index.ts';
import type { ImportAlgorithm, NewWrappingPair } from '../contract.ts';

type Kind = MaterialType['kind'];

export function keyForm(kind: Kind): KeyForm {
  return isSecret(kind)
    ? { class: 'secret-key', type: kind }
    : { class: 'private-key', type: kind };
}

export function newKeyForm(type: MaterialType): NewKeyForm {
  return 'length' in type
    ? { class: 'secret-key', type: type.kind, length: type.length }
    : { class: 'private-key', type: type.kind };
}

/** Returns the attributes of an HSM key that allow this usage of a KMS key, and no other. */
export function usageTemplate(kind: Kind, usage: KeyUsage): KeyTemplate {
  return isSecret(kind) ? secretUsages[usage] : privateUsages[usage];
}

/** Returns the attributes of a key pair that unwraps only material of this type and usage. */
export function wrappingPairTemplate({ type, usage }: NewWrappingPair['unwraps']): KeyTemplate {
  const { kind } = type;
  return {
    unwrap: true,
    'unwrap-template': {
      ...formAttributes(keyForm(kind)),
      ...NO_USAGE,
      ...usageTemplate(kind, usage),
      token: false,
      extractable: false,
      modifiable: false,
    },
  };
}

const NO_USAGE: KeyTemplate = {
  encrypt: false,
  decrypt: false,
  sign: false,
  verify: false,
  wrap: false,
  unwrap: false,
  derive: false,
};

const secretUsages: Readonly<Record<KeyUsage, KeyTemplate>> = {
  ENCRYPT_DECRYPT: { encrypt: true, decrypt: true },
  GENERATE_VERIFY_MAC: { sign: true, verify: true },
  SIGN_VERIFY: {},
  KEY_AGREEMENT: {},
  ENCAPSULATE_DECAPSULATE: {},
};

/** A private key that may decrypt or sign can also be used to encrypt or verify. */
const privateUsages: Readonly<Record<KeyUsage, KeyTemplate>> = {
  ENCRYPT_DECRYPT: { decrypt: true },
  GENERATE_VERIFY_MAC: {},
  SIGN_VERIFY: { sign: true },
  KEY_AGREEMENT: { derive: true },
  ENCAPSULATE_DECAPSULATE: { decrypt: true },
};

/** Returns undefined for symmetric encryption, which has only one mechanism. */
export function encryptionMechanism(
  algorithm: EncryptionAlgorithm | undefined,
): EncryptionMechanism | undefined {
  const properties = encryptionAlgorithms[algorithm ?? 'SYMMETRIC_DEFAULT'];
  return properties.scheme === 'symmetric' ? undefined : properties.mechanism;
}

export function signatureMechanism(algorithm: SigningAlgorithm): SignatureMechanism {
  return signingAlgorithms[algorithm].mechanism;
}

export const signedData: Readonly<Record<MessageType, SignedData>> = {
  RAW: 'raw',
  DIGEST: 'digest',
  EXTERNAL_MU: 'digest',
};

export const importMechanisms: Readonly<Record<ImportAlgorithm, WrapMechanism>> = {
  RSAES_OAEP_SHA_1: 'rsa-oaep-sha1',
  RSAES_OAEP_SHA_256: 'rsa-oaep-sha256',
  RSA_AES_KEY_WRAP_SHA_1: 'rsa-aes-sha1',
  RSA_AES_KEY_WRAP_SHA_256: 'rsa-aes-sha256',
};

function isSecret(kind: Kind): kind is 'aes' | 'generic-secret' {
  return kind === 'aes' || kind === 'generic-secret';
}
