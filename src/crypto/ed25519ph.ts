import { hash } from 'node:crypto';
import { eddsa } from '@noble/curves/abstract/edwards.js';
import { ed25519 as curve } from '@noble/curves/ed25519.js';
import type { Signer } from './signature.ts';

const DOMAIN = Buffer.from('SigEd25519 no Ed25519 collisions', 'latin1');
/** Flag of `dom2` (RFC 8032, section 5.1) for a message that is already hashed. */
const PREHASHED = 1;

/** Ed25519ph of noble-curves, changed to take a digest. Node has no Ed25519ph. */
const ed25519Prehashed = eddsa(curve.Point, (data: Uint8Array) => hash('sha512', data, 'buffer'), {
  domain: (data: Uint8Array, context: Uint8Array) =>
    Buffer.concat([DOMAIN, Buffer.of(PREHASHED, context.length), context, data]),
  prehash: (digest: Uint8Array) => digest,
  adjustScalarBytes: clamp,
  zip215: false,
});

export const ed25519Digest: Signer = {
  async sign(key, digest) {
    const seed = key.export({ format: 'raw-private' });
    try {
      return ed25519Prehashed.sign(digest, seed);
    } finally {
      seed.fill(0);
    }
  },
  async verify(key, digest, signature) {
    try {
      return ed25519Prehashed.verify(signature, digest, key.export({ format: 'raw-public' }));
    } catch {
      // The signature is not 64 bytes long.
      return false;
    }
  },
};

/** RFC 8032, section 5.1.5, step 2. */
function clamp(scalar: Uint8Array): Uint8Array {
  scalar[0] = (scalar[0] ?? 0) & 0xf8;
  scalar[31] = ((scalar[31] ?? 0) & 0x7f) | 0x40;
  return scalar;
}
