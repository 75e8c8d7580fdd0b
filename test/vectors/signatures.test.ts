/**
 * Wycheproof vectors for signatures. Each is verified by message and, if the scheme allows, by
 * digest; both must give the published result.
 */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { PairKind, SignatureMechanism } from '../../src/crypto/index.ts';
import type { SoftwareKey, SignatureInput } from '../../src/hsm/engine/index.ts';
import { bytes, engine, titleOf, wycheproof } from './vectors.ts';

interface File {
  readonly name: string;
  readonly kind: PairKind;
  readonly mechanism: SignatureMechanism;
  /** Hash algorithm. Undefined if the scheme signs messages only. */
  readonly digest?: 'sha256' | 'sha384' | 'sha512';
}

const rsa = ([2048, 3072, 4096] as const).flatMap((bits) =>
  (['sha256', 'sha384', 'sha512'] as const).map((digest): File => ({
    name: `rsa_signature_${bits}_${digest}`,
    kind: `rsa-${bits}`,
    mechanism: `rsa-pkcs-${digest}`,
    digest,
  })),
);

const files: readonly File[] = [
  ...rsa,
  {
    name: 'rsa_pss_2048_sha256_mgf1_32',
    kind: 'rsa-2048',
    mechanism: 'rsa-pkcs-pss-sha256',
    digest: 'sha256',
  },
  {
    name: 'rsa_pss_2048_sha384_mgf1_48',
    kind: 'rsa-2048',
    mechanism: 'rsa-pkcs-pss-sha384',
    digest: 'sha384',
  },
  {
    name: 'rsa_pss_3072_sha256_mgf1_32',
    kind: 'rsa-3072',
    mechanism: 'rsa-pkcs-pss-sha256',
    digest: 'sha256',
  },
  {
    name: 'rsa_pss_4096_sha256_mgf1_32',
    kind: 'rsa-4096',
    mechanism: 'rsa-pkcs-pss-sha256',
    digest: 'sha256',
  },
  {
    name: 'rsa_pss_4096_sha384_mgf1_48',
    kind: 'rsa-4096',
    mechanism: 'rsa-pkcs-pss-sha384',
    digest: 'sha384',
  },
  {
    name: 'rsa_pss_4096_sha512_mgf1_64',
    kind: 'rsa-4096',
    mechanism: 'rsa-pkcs-pss-sha512',
    digest: 'sha512',
  },
  {
    name: 'ecdsa_secp256r1_sha256',
    kind: 'secp256r1',
    mechanism: 'ecdsa-sha256',
    digest: 'sha256',
  },
  {
    name: 'ecdsa_secp384r1_sha384',
    kind: 'secp384r1',
    mechanism: 'ecdsa-sha384',
    digest: 'sha384',
  },
  {
    name: 'ecdsa_secp521r1_sha512',
    kind: 'secp521r1',
    mechanism: 'ecdsa-sha512',
    digest: 'sha512',
  },
  {
    name: 'ecdsa_secp256k1_sha256',
    kind: 'secp256k1',
    mechanism: 'ecdsa-sha256',
    digest: 'sha256',
  },
  { name: 'ed25519', kind: 'ed25519', mechanism: 'ed25519' },
];

for (const { name, kind, mechanism, digest } of files) {
  describe(name, async () => {
    for (const vector of wycheproof<'publicKeyDer' | 'msg' | 'sig'>(name)) {
      await it(titleOf(vector), async () => {
        const key = engine.importMaterial(
          { class: 'public-key', type: kind },
          bytes(vector.publicKeyDer),
        );
        const message = bytes(vector.msg);
        const verdicts = [
          await verdict(key, { mechanism, form: 'raw', data: message }, vector.sig),
        ];
        if (digest)
          verdicts.push(
            await verdict(
              key,
              { mechanism, form: 'digest', data: hash(digest, message, 'buffer') },
              vector.sig,
            ),
          );
        assert.equal(new Set(verdicts).size, 1, 'message and digest agree');
        if (vector.result !== 'acceptable') assert.equal(verdicts[0], vector.result);
      });
    }
  });
}

async function verdict(
  key: SoftwareKey,
  signing: SignatureInput,
  signature: string,
): Promise<string> {
  return (await engine.verify(key, signing, bytes(signature))) ? 'valid' : 'invalid';
}
