/**
 * Properties that hold for any input: decoding reverses encoding, and foreign input is rejected.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  array,
  assert as holds,
  bigInt,
  constant,
  constantFrom,
  nat,
  oneof,
  property,
  tuple,
  uint8Array,
  type Arbitrary,
} from 'fast-check';
import { readSequence, writeSequence } from './der.ts';
import {
  BrokenSealError,
  rsaAesUnwrap,
  rsaAesWrap,
  secretKey,
  unwrapKey,
  wrapKey,
} from './index.ts';
import { encodePkcs1, encodePss, isPssEncoding } from './rsa-encoding.ts';
import { DIGEST_BYTES, type SignatureHash } from './signature.ts';

const hash = constantFrom<SignatureHash>('sha256', 'sha384', 'sha512');
const modulusBytes = constantFrom(256, 384, 512);
const bytes = (length: number): Arbitrary<Uint8Array> =>
  uint8Array({ minLength: length, maxLength: length });
const hashed = hash.chain((name) => tuple(constant(name), bytes(DIGEST_BYTES[name])));

test('a PSS encoding matches its digest only, and not if any byte is changed', () => {
  holds(
    property(hashed, modulusBytes, nat(), ([name, digest], length, at) => {
      const encoded = encodePss(name, digest, length);
      assert.equal(encoded.length, length);
      assert.ok((encoded[0] ?? 0) < 0x80, 'below the modulus');
      assert.ok(isPssEncoding(name, digest, encoded));
      const changed = Buffer.from(encoded);
      changed[at % length] = (changed[at % length] ?? 0) ^ 1;
      assert.ok(!isPssEncoding(name, digest, changed));
      const other = Buffer.from(digest);
      other[0] = (other[0] ?? 0) ^ 1;
      assert.ok(!isPssEncoding(name, other, encoded));
    }),
  );
});

test('random bytes are not a PSS encoding', () => {
  holds(
    property(
      hashed,
      modulusBytes.chain(bytes),
      ([name, digest], encoded) => !isPssEncoding(name, digest, encoded),
    ),
  );
});

test('a PKCS#1 encoding fills the modulus completely', () => {
  holds(
    property(hashed, modulusBytes, ([name, digest], length) => {
      const hex = encodePkcs1(name, digest, length).toString('hex');
      assert.match(hex, /^0001(?:ff){8,}0030[0-9a-f]+$/);
      assert.ok(hex.endsWith(Buffer.from(digest).toString('hex')));
      assert.equal(hex.length, 2 * length);
    }),
  );
});

const integer = bigInt({ min: 0n, max: 2n ** 256n }).map((value) => ({ integer: value }));
const octets = uint8Array({ maxLength: 1_100 }).map((value) => ({ octets: value }));

test('a DER sequence is read as it was written, and other bytes do not throw', () => {
  holds(
    property(array(oneof(integer, octets), { maxLength: 6 }), (items) => {
      const read = readSequence(writeSequence(items)) ?? [];
      assert.deepEqual(
        read.map((item) => ('octets' in item ? { octets: Uint8Array.from(item.octets) } : item)),
        items,
      );
    }),
  );
  holds(
    property(uint8Array({ maxLength: 200 }), (any) =>
      (readSequence(any) ?? []).every((item) => 'integer' in item || 'octets' in item),
    ),
  );
});

test('wrapped material of any length is unwrapped, unless a bit was changed', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = secretKey(Buffer.alloc(32, 5));
  const ways = [
    [
      (material: Uint8Array) => wrapKey(key, material),
      (wrapped: Uint8Array) => unwrapKey(key, wrapped),
    ],
    [
      (material: Uint8Array) => rsaAesWrap(pair.publicKey, 'sha256', material),
      (wrapped: Uint8Array) => rsaAesUnwrap(pair.privateKey, 'sha256', wrapped),
    ],
  ] as const;
  for (const [wrap, unwrap] of ways) {
    holds(
      property(uint8Array({ minLength: 1, maxLength: 3_000 }), nat(), (material, at) => {
        const wrapped = wrap(material);
        assert.deepEqual(Uint8Array.from(unwrap(wrapped)), material);
        wrapped[at % wrapped.length] = (wrapped[at % wrapped.length] ?? 0) ^ 1;
        assert.throws(() => unwrap(wrapped), BrokenSealError);
      }),
      { numRuns: 50 },
    );
  }
});
