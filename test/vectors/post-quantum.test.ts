/**
 * Wycheproof vectors (some of them NIST's) for ML-DSA and ML-KEM, and the RFC 8032 vector for
 * Ed25519ph, which Wycheproof lacks.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { BrokenSealError, InvalidKeyError, type PairKind } from '../../src/crypto/index.ts';
import type { SoftwareKey } from '../../src/hsm/engine/index.ts';
import { bytes, engine, titleOf, wycheproof, type VectorOf } from './vectors.ts';

const mechanism = 'ml-dsa';

for (const set of [44, 65, 87] as const) {
  const type: PairKind = `ml-dsa-${set}`;

  describe(`mldsa_${set}_verify`, async () => {
    for (const vector of wycheproof<'publicKeyDer' | 'publicKey' | 'msg' | 'sig'>(
      `mldsa_${set}_verify`,
    )) {
      await it(titleOf(vector), async () => {
        if (vector.flags.includes('IncorrectPublicKeyLength')) {
          assert.throws(() =>
            createPublicKey({
              key: bytes(vector.publicKey),
              format: 'raw-public',
              asymmetricKeyType: type,
            }),
          );
          return;
        }
        const key = engine.importMaterial(
          { class: 'public-key', type },
          bytes(vector.publicKeyDer),
        );
        const message = bytes(vector.msg);
        const representative = representativeOf(key, message);
        const signature = bytes(vector.sig);
        const expected = vector.result === 'valid';
        assert.equal(
          await engine.verify(key, { mechanism, form: 'raw', data: message }, signature),
          expected,
        );
        assert.equal(
          await engine.verify(key, { mechanism, form: 'digest', data: representative }, signature),
          expected,
          'verified by µ',
        );
      });
    }
  });

  describe(`mldsa_${set}_sign_seed`, async () => {
    for (const vector of wycheproof<'privateSeed' | 'msg' | 'mu' | 'sig'>(
      `mldsa_${set}_sign_seed`,
    )) {
      await it(titleOf(vector), async () => {
        const seed = {
          key: bytes(vector.privateSeed),
          format: 'raw-seed',
          asymmetricKeyType: type,
        } as const;
        if (vector.result === 'invalid') {
          assert.throws(() => createPrivateKey(seed));
          return;
        }
        const pkcs8 = createPrivateKey(seed).export({ type: 'pkcs8', format: 'der' });
        const key = engine.importMaterial({ class: 'private-key', type }, pkcs8);
        const byRepresentative = { mechanism, form: 'digest', data: bytes(vector.mu) } as const;
        assert.ok(
          await engine.verify(key, byRepresentative, bytes(vector.sig)),
          'the published signature',
        );
        assert.ok(
          await engine.verify(key, byRepresentative, await engine.sign(key, byRepresentative)),
          'a signature of the engine',
        );
        if ('msg' in vector) await checkMessage(key, vector);
      });
    }
  });
}

/** The vectors contain µ too: a signature of the message must verify for µ, and the reverse. */
async function checkMessage(key: SoftwareKey, { msg, mu }: VectorOf<'msg' | 'mu'>): Promise<void> {
  const byMessage = { mechanism, form: 'raw', data: bytes(msg) } as const;
  const byRepresentative = { mechanism, form: 'digest', data: bytes(mu) } as const;
  assert.equal(representativeOf(key, bytes(msg)).toString('hex'), mu);
  assert.ok(await engine.verify(key, byRepresentative, await engine.sign(key, byMessage)));
  assert.ok(await engine.verify(key, byMessage, await engine.sign(key, byRepresentative)));
}

/** Returns µ (FIPS 204, algorithm 7, lines 1 and 6, with an empty context). */
function representativeOf(key: SoftwareKey, message: Uint8Array): Buffer {
  const publicKey = createPublicKey({
    key: Buffer.from(engine.exportPublicKey(key)),
    format: 'der',
    type: 'spki',
  });
  const identity = shake256(publicKey.export({ format: 'raw-public' }));
  return shake256(Buffer.concat([identity, Buffer.of(0, 0), message]));
}

function shake256(data: Uint8Array): Buffer {
  return hash('shake256', data, { outputEncoding: 'buffer', outputLength: 64 });
}

for (const set of [512, 768, 1024] as const) {
  const type: PairKind = `ml-kem-${set}`;

  describe(`mlkem_${set}`, async () => {
    for (const vector of wycheproof<'seed' | 'ek' | 'c' | 'K'>(`mlkem_${set}`)) {
      await it(titleOf(vector), async () => {
        const seed = {
          key: bytes(vector.seed),
          format: 'raw-seed',
          asymmetricKeyType: type,
        } as const;
        if (!('ek' in vector)) {
          assert.throws(() => createPrivateKey(seed));
          return;
        }
        const pkcs8 = createPrivateKey(seed).export({ type: 'pkcs8', format: 'der' });
        const key = engine.importMaterial({ class: 'private-key', type }, pkcs8);
        assert.ok(
          Buffer.from(engine.exportPublicKey(key)).toString('hex').endsWith(vector.ek),
          'the public key of the seed',
        );
        if (vector.result === 'invalid')
          await assert.rejects(engine.decapsulate(key, bytes(vector.c)), BrokenSealError);
        else
          assert.equal(
            Buffer.from(await engine.decapsulate(key, bytes(vector.c))).toString('hex'),
            vector.K,
          );
      });
    }

    await it('a secret encapsulated to one key is recovered with that key, not with another one', async () => {
      const [key, other] = [await engine.generatePair(type), await engine.generatePair(type)];
      const { secret, ciphertext } = await engine.encapsulate(engine.publicHalf(key));
      assert.deepEqual(await engine.decapsulate(key, ciphertext), secret);
      assert.notDeepEqual(await engine.decapsulate(other, ciphertext), secret);
    });
  });
}

describe('RFC 8032, section 7.3: Ed25519ph', async () => {
  const seed = '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42';
  const publicKey = 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf';
  const signature =
    '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406';
  const pkcs8 = createPrivateKey({
    key: bytes(seed),
    format: 'raw-private',
    asymmetricKeyType: 'ed25519',
  });
  const key = engine.importMaterial(
    { class: 'private-key', type: 'ed25519' },
    pkcs8.export({ type: 'pkcs8', format: 'der' }),
  );
  const signing = {
    mechanism: 'ed25519ph',
    form: 'digest',
    data: hash('sha512', 'abc', 'buffer'),
  } as const;

  await it('the engine produces and verifies the published signature', async () => {
    assert.ok(Buffer.from(engine.exportPublicKey(key)).toString('hex').endsWith(publicKey));
    assert.equal(Buffer.from(await engine.sign(key, signing)).toString('hex'), signature);
    assert.ok(await engine.verify(key, signing, bytes(signature)));
  });

  await it('a plain Ed25519 signature of the digest is invalid', async () => {
    const plain = await engine.sign(key, { mechanism: 'ed25519', form: 'raw', data: signing.data });
    assert.equal(await engine.verify(key, signing, plain), false);
  });

  await it('a seed without PKCS#8 encoding is rejected as a key', () => {
    assert.throws(
      () => engine.importMaterial({ class: 'private-key', type: 'ed25519' }, bytes(seed)),
      InvalidKeyError,
    );
  });
});
