/** What the domain's words are in the terms of HSMs. */
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

/** What an HSM key may be used for whose KMS key is of this kind. What the KMS key is for, KMS itself sees to. */
export function abilities(kind: Kind): KeyTemplate {
  if (kind === 'aes') return { encrypt: true, decrypt: true };
  if (kind === 'generic-secret') return { sign: true, verify: true };
  return { sign: true, decrypt: true, derive: true, unwrap: true };
}

/** Undefined for symmetric encryption, which has but one. */
export function encryptionMechanism(
  algorithm: EncryptionAlgorithm | undefined,
): EncryptionMechanism | undefined {
  const facts = encryptionAlgorithms[algorithm ?? 'SYMMETRIC_DEFAULT'];
  return facts.scheme === 'symmetric' ? undefined : facts.mechanism;
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
