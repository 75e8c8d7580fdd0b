/** Wycheproof vectors for ECDH with public keys in SubjectPublicKeyInfo. */
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { InvalidKeyError, type PairKind } from '../../src/crypto/index.ts';
import type { SoftwareKey } from '../../src/hsm/engine/index.ts';
import { bytes, engine, titleOf, wycheproof } from './vectors.ts';

const curves = {
  secp256r1: ['P-256', 32],
  secp384r1: ['P-384', 48],
  secp521r1: ['P-521', 66],
} as const satisfies Partial<Record<PairKind, readonly [string, number]>>;

for (const [kind, [namedCurve, length]] of Object.entries(curves)) {
  describe(`ecdh_${kind}`, async () => {
    for (const vector of wycheproof<'public' | 'private' | 'shared'>(`ecdh_${kind}`)) {
      await it(titleOf(vector), async () => {
        const key = privateKey(kind as keyof typeof curves, namedCurve, vector.private, length);
        const agreed = engine.derive(key, bytes(vector.public));
        if (vector.result === 'invalid') await assert.rejects(agreed, InvalidKeyError);
        else if (vector.result === 'valid')
          assert.equal(Buffer.from(await agreed).toString('hex'), vector.shared);
        else
          await agreed.then(
            (secret) => assert.equal(Buffer.from(secret).toString('hex'), vector.shared),
            assertInvalidKey,
          );
      });
    }
  });
}

/** Imports a private key from a scalar in hex, which may have too few or too many leading zeros. */
function privateKey(
  type: PairKind,
  namedCurve: string,
  scalar: string,
  length: number,
): SoftwareKey {
  const raw = bytes(scalar.padStart(length * 2, '0').slice(-length * 2));
  const key = createPrivateKey({
    key: raw,
    format: 'raw-private',
    asymmetricKeyType: 'ec',
    namedCurve,
  });
  return engine.importMaterial(
    { class: 'private-key', type },
    key.export({ type: 'pkcs8', format: 'der' }),
  );
}

function assertInvalidKey(error: unknown): void {
  assert.ok(error instanceof InvalidKeyError);
}
