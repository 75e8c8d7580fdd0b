import type { KeyObject } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87, type DSA } from '@noble/post-quantum/ml-dsa.js';
import { randomBytes } from './random.ts';
import type { Signer } from './signature.ts';

const sets: Readonly<Record<string, DSA>> = {
  'ml-dsa-44': ml_dsa44,
  'ml-dsa-65': ml_dsa65,
  'ml-dsa-87': ml_dsa87,
};

/**
 * ML-DSA over message representatives µ that the caller computed: `ExternalMu` of FIPS 204, by
 * noble-post-quantum.
 */
export const mlDsaRepresentative: Signer = {
  async sign(key, representative) {
    const set = setOf(key);
    const seed = key.export({ format: 'raw-seed' });
    const { secretKey } = set.keygen(seed);
    try {
      return set.internal.sign(representative, secretKey, {
        externalMu: true,
        extraEntropy: randomBytes(32),
      });
    } finally {
      seed.fill(0);
      secretKey.fill(0);
    }
  },
  async verify(key, representative, signature) {
    try {
      return setOf(key).internal.verify(
        signature,
        representative,
        key.export({ format: 'raw-public' }),
        { externalMu: true },
      );
    } catch {
      // The signature has the wrong length.
      return false;
    }
  },
};

function setOf(key: KeyObject): DSA {
  const set = sets[key.asymmetricKeyType ?? ''];
  if (!set) throw new TypeError('not an ML-DSA key');
  return set;
}
