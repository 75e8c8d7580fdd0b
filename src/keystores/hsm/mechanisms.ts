/** Translation of the domain's algorithms and material types to HSM mechanisms and attributes. */
import {
  encryptionAlgorithms,
  signingAlgorithms,
  type EncryptionAlgorithm,
  type MaterialType,
  type MessageType,
  type SigningAlgorithm,
} from '../../domain/index.ts';
import type {
  EncryptionMechanism,
  KeyForm,
  KeyTemplate,
  NewKeyForm,
  SignatureMechanism,
  SignedData,
  WrapMechanism,
} from '../../hsm/wire/index.ts';
import type { ImportAlgorithm } from '../contract.ts';

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

/**
 * Returns the usage attributes of an HSM key for material of this kind. KMS itself enforces the key
 * usage of the KMS key.
 */
export function usageAttributes(kind: Kind): KeyTemplate {
  if (kind === 'aes') return { encrypt: true, decrypt: true };
  if (kind === 'generic-secret') return { sign: true, verify: true };
  return { sign: true, decrypt: true, derive: true, unwrap: true };
}

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
