/** What the domain's words are in the terms of HSMs. */
import {
  encryptionAlgorithms,
  signingAlgorithms,
  type EncryptionAlgorithm,
  type MaterialType,
  type MessageType,
  type PairKind,
  type SigningAlgorithm,
} from '../domain/index.ts';
import type {
  EncryptionMechanism,
  KeyForm,
  KeyPairKind,
  KeyTemplate,
  NewKeyForm,
  SignatureMechanism,
  SignedData,
  WrapMechanism,
} from '../hsm/wire/index.ts';
import { KeyStoreError, type ImportAlgorithm } from './contract.ts';

type Kind = MaterialType['kind'];

/** Throws `KeyStoreError` for a kind that HSMs don't have. */
export function pairKind(kind: PairKind): KeyPairKind {
  if (kind === 'sm2') throw new KeyStoreError('unsupported', 'HSMs have no SM2 keys');
  return kind;
}

export function keyForm(kind: Kind): KeyForm {
  return isSecret(kind) ? { class: 'secret-key', type: kind } : { class: 'private-key', type: pairKind(kind) };
}

export function newKeyForm(type: MaterialType): NewKeyForm {
  return 'length' in type
    ? { class: 'secret-key', type: type.kind, length: type.length }
    : { class: 'private-key', type: pairKind(type.kind) };
}

/** What an HSM key may be used for whose KMS key is of this kind. What the KMS key is for, KMS itself sees to. */
export function abilities(kind: Kind): KeyTemplate {
  if (kind === 'aes') return { encrypt: true, decrypt: true };
  if (kind === 'generic-secret') return { sign: true, verify: true };
  return { sign: true, decrypt: true, derive: true, unwrap: true };
}

/** Undefined for symmetric encryption, which has but one. */
export function encryptionMechanism(algorithm: EncryptionAlgorithm | undefined): EncryptionMechanism | undefined {
  const facts = encryptionAlgorithms[algorithm ?? 'SYMMETRIC_DEFAULT'];
  if (facts.scheme === 'sm2') throw new KeyStoreError('unsupported', 'HSMs don’t encrypt with SM2');
  return facts.scheme === 'oaep' ? facts.mechanism : undefined;
}

export function signatureMechanism(algorithm: SigningAlgorithm): SignatureMechanism {
  const { mechanism } = signingAlgorithms[algorithm];
  if (mechanism === 'sm2') throw new KeyStoreError('unsupported', 'HSMs don’t sign with SM2');
  return mechanism;
}

export const signedData: Readonly<Record<MessageType, SignedData>> = { RAW: 'raw', DIGEST: 'digest', EXTERNAL_MU: 'digest' };

export const importMechanisms: Readonly<Record<ImportAlgorithm, WrapMechanism>> = {
  RSAES_OAEP_SHA_1: 'rsa-oaep-sha1',
  RSAES_OAEP_SHA_256: 'rsa-oaep-sha256',
  RSA_AES_KEY_WRAP_SHA_1: 'rsa-aes-sha1',
  RSA_AES_KEY_WRAP_SHA_256: 'rsa-aes-sha256',
};

function isSecret(kind: Kind): kind is 'aes' | 'generic-secret' {
  return kind === 'aes' || kind === 'generic-secret';
}
