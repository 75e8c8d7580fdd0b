import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  encryptionAlgorithms,
  hashLengths,
  keyUsages,
  signingAlgorithms,
  type KeyUsage,
} from './algorithms.ts';
import {
  algorithmsOf,
  keySpecProperties,
  keySpecs,
  maxPlaintext,
  type KeySpec,
} from './key-spec.ts';

const specs = Object.keys(keySpecs) as KeySpec[];
const usages = Object.keys(keyUsages) as KeyUsage[];

describe('key specs', () => {
  it('have the maximum plaintext sizes of the Developer Guide', () => {
    const limits = (['RSA_2048', 'RSA_3072', 'RSA_4096'] as const).map((spec) => [
      maxPlaintext(spec, 'RSAES_OAEP_SHA_1'),
      maxPlaintext(spec, 'RSAES_OAEP_SHA_256'),
    ]);
    assert.deepEqual(limits, [
      [214, 190],
      [342, 318],
      [470, 446],
    ]);
    assert.equal(maxPlaintext('SYMMETRIC_DEFAULT', 'SYMMETRIC_DEFAULT'), 4096);
    assert.equal(maxPlaintext('SM2', 'SM2PKE'), 1024);
  });

  it('have a default usage exactly if they are symmetric encryption keys', () => {
    for (const spec of specs) {
      const { family, defaultUsage } = keySpecProperties(spec);
      assert.equal(defaultUsage !== undefined, family === 'symmetric', spec);
    }
  });

  it('have at least one usage each, and at least one algorithm per usage', () => {
    for (const spec of specs) {
      const possible = usages.filter((usage) => algorithmsOf(spec, usage).length > 0);
      assert.deepEqual(
        possible.toSorted(),
        Object.keys(keySpecProperties(spec).usages).toSorted(),
        spec,
      );
    }
  });

  it('cover every encryption and signing algorithm', () => {
    const used = new Set(
      specs.flatMap((spec) =>
        usages.flatMap((usage): readonly string[] => algorithmsOf(spec, usage)),
      ),
    );
    for (const algorithm of [
      ...Object.keys(encryptionAlgorithms),
      ...Object.keys(signingAlgorithms),
    ]) {
      assert.ok(used.has(algorithm), algorithm);
    }
  });
});

describe('signing algorithms', () => {
  it('require digests as long as their hash', () => {
    for (const [name, properties] of Object.entries(signingAlgorithms)) {
      if (!('DIGEST' in properties.messages) || !('hash' in properties)) continue;
      assert.equal(properties.messages.DIGEST, hashLengths[properties.hash], name);
    }
  });
});
