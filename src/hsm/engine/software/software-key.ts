import {
  checkValue,
  generatePrivateKey,
  InvalidKeyError,
  isConsistentPair,
  isOfKind,
  pairCheckValue,
  publicKeyOf,
  randomBytes,
  readPrivateKey,
  readPublicKey,
  secretKey,
  writePrivateKey,
  writePublicKey,
  type AsymmetricKey,
  type PairKind,
  type SecretKey,
} from '../../../crypto/index.ts';
import type { KeyForm, SecretKeyType } from '../../wire/index.ts';
import { UnfitKeyError } from '../engine.ts';

interface KeyProperties {
  readonly length: number;
  readonly checkValue: string;
}
interface SoftwareSecretKey extends KeyProperties {
  readonly class: 'secret-key';
  readonly type: SecretKeyType;
  readonly secret: SecretKey;
}
interface SoftwarePrivateKey extends KeyProperties {
  readonly class: 'private-key';
  readonly type: PairKind;
  readonly privateKey: AsymmetricKey;
  readonly publicKey: AsymmetricKey;
}
interface SoftwarePublicKey extends KeyProperties {
  readonly class: 'public-key';
  readonly type: PairKind;
  readonly publicKey: AsymmetricKey;
}

/**
 * A key of the software engine. `KeyObject`s keep the bytes outside JavaScript's heap and never
 * show them.
 */
export type SoftwareKey = SoftwareSecretKey | SoftwarePrivateKey | SoftwarePublicKey;

const AES_KEY_BYTES: readonly number[] = [16, 24, 32];
/** CloudHSM's limit for generic secrets. */
const MAX_GENERIC_SECRET_BYTES = 800;

export function generateSecret(type: SecretKeyType, length: number): SoftwareKey {
  const material = randomBytes(length);
  try {
    return secret(type, material);
  } finally {
    material.fill(0);
  }
}

export async function generatePair(kind: PairKind): Promise<SoftwareKey> {
  return pair(kind, await generatePrivateKey(kind));
}

export function importMaterial(form: KeyForm, material: Uint8Array): SoftwareKey {
  if (form.class === 'secret-key') return secret(form.type, material);
  const read = form.class === 'private-key' ? readPrivateKey : readPublicKey;
  const key = read(material);
  if (!isOfKind(key, form.type)) throw new InvalidKeyError(`bytes are not a ${form.type} key`);
  return form.class === 'private-key' ? pair(form.type, key) : publicHalf(form.type, key);
}

/**
 * Imports a key from outside the HSM. Unlike `importMaterial`, checks that both halves of a pair
 * belong together.
 */
export function importForeign(form: KeyForm, material: Uint8Array): SoftwareKey {
  const key = importMaterial(form, material);
  if (key.class === 'private-key' && !isConsistentPair(key.privateKey))
    throw new InvalidKeyError('private and public key do not belong together');
  return key;
}

export function exportMaterial(key: SoftwareKey): Uint8Array {
  if (key.class === 'secret-key') return key.secret.export();
  return key.class === 'private-key'
    ? writePrivateKey(key.privateKey)
    : writePublicKey(key.publicKey);
}

export function publicHalfOf(key: SoftwareKey): SoftwareKey {
  return publicHalf(pairOf(key).type, publicOf(key));
}

/** Returns the secret of a key of this type. Throws `UnfitKeyError` for any other key. */
export function secretOf(key: SoftwareKey, type: SecretKeyType): SecretKey {
  if (key.class !== 'secret-key' || key.type !== type)
    throw new UnfitKeyError(`a key of type ${type} is required`);
  return key.secret;
}

export function privateOf(key: SoftwareKey): AsymmetricKey {
  if (key.class !== 'private-key') throw new UnfitKeyError('a private key is required');
  return key.privateKey;
}

export function publicOf(key: SoftwareKey): AsymmetricKey {
  return pairOf(key).publicKey;
}

/** Returns a key of a pair. Throws `UnfitKeyError` for a secret key. */
export function pairOf(key: SoftwareKey): SoftwarePrivateKey | SoftwarePublicKey {
  if (key.class === 'secret-key') throw new UnfitKeyError('a key of a pair is required');
  return key;
}

function secret(type: SecretKeyType, material: Uint8Array): SoftwareKey {
  const fits =
    type === 'aes'
      ? AES_KEY_BYTES.includes(material.length)
      : material.length > 0 && material.length <= MAX_GENERIC_SECRET_BYTES;
  if (!fits)
    throw new InvalidKeyError(`a key of type ${type} cannot have ${material.length} bytes`);
  return {
    class: 'secret-key',
    type,
    length: material.length,
    checkValue: type === 'aes' ? checkValue(material) : '',
    secret: secretKey(material),
  };
}

function pair(type: PairKind, privateKey: AsymmetricKey): SoftwareKey {
  const material = writePrivateKey(privateKey);
  const { length } = material;
  material.fill(0);
  const publicKey = publicKeyOf(privateKey);
  return {
    class: 'private-key',
    type,
    length,
    checkValue: pairCheckValue(writePublicKey(publicKey)),
    privateKey,
    publicKey,
  };
}

function publicHalf(type: PairKind, publicKey: AsymmetricKey): SoftwareKey {
  const material = writePublicKey(publicKey);
  return {
    class: 'public-key',
    type,
    length: material.length,
    checkValue: pairCheckValue(material),
    publicKey,
  };
}
