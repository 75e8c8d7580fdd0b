import type { KeyAttributes } from './key-attributes.ts';
import type { KeyForm, KeyPairKind } from './mechanisms.ts';

type KindAttributes = Pick<
  KeyAttributes,
  'key-type' | 'curve' | 'modulus-size-bits' | 'parameter-set'
>;

const RSA = { 'key-type': 'rsa' } as const;
const kinds: Readonly<Record<KeyPairKind, KindAttributes>> = {
  'rsa-2048': { ...RSA, 'modulus-size-bits': 2048 },
  'rsa-3072': { ...RSA, 'modulus-size-bits': 3072 },
  'rsa-4096': { ...RSA, 'modulus-size-bits': 4096 },
  secp256r1: { 'key-type': 'ec', curve: 'secp256r1' },
  secp384r1: { 'key-type': 'ec', curve: 'secp384r1' },
  secp521r1: { 'key-type': 'ec', curve: 'secp521r1' },
  secp256k1: { 'key-type': 'ec', curve: 'secp256k1' },
  sm2: { 'key-type': 'ec', curve: 'sm2' },
  ed25519: { 'key-type': 'ec', curve: 'ed25519' },
  'ml-dsa-44': { 'key-type': 'ml-dsa', 'parameter-set': 'ml-dsa-44' },
  'ml-dsa-65': { 'key-type': 'ml-dsa', 'parameter-set': 'ml-dsa-65' },
  'ml-dsa-87': { 'key-type': 'ml-dsa', 'parameter-set': 'ml-dsa-87' },
  'ml-kem-512': { 'key-type': 'ml-kem', 'parameter-set': 'ml-kem-512' },
  'ml-kem-768': { 'key-type': 'ml-kem', 'parameter-set': 'ml-kem-768' },
  'ml-kem-1024': { 'key-type': 'ml-kem', 'parameter-set': 'ml-kem-1024' },
};

/** Returns the attributes that describe a form of keys in PKCS#11 and CloudHSM. */
export function formAttributes(form: KeyForm): KindAttributes & Pick<KeyAttributes, 'class'> {
  return {
    class: form.class,
    ...(form.class === 'secret-key' ? { 'key-type': form.type } : kinds[form.type]),
  };
}
