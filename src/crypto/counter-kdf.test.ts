import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openssl, withoutOpenssl } from '../../test/support/openssl.ts';
import { deriveKey, secretKey } from './index.ts';

const key = Buffer.alloc(32, 7);
const context = Buffer.of(0, 0xff, 0x10);

test('deriveKey matches openssl’s KBKDF in counter mode', { skip: withoutOpenssl }, () => {
  for (const length of [1, 16, 32, 33, 40, 64, 100]) {
    const options = [
      'mac:HMAC',
      'digest:SHA256',
      'mode:COUNTER',
      `hexkey:${key.toString('hex')}`,
      'salt:label',
      `hexinfo:${context.toString('hex')}`,
    ];
    const text = openssl([
      'kdf',
      '-keylen',
      String(length),
      ...options.flatMap((one) => ['-kdfopt', one]),
      'KBKDF',
    ]).toString();
    const expected = text.trim().replaceAll(':', '').toLowerCase();
    assert.equal(deriveKey(secretKey(key), 'label', context, length).toString('hex'), expected);
  }
});

test('a different key, label, context or length derives a different key', () => {
  const secret = secretKey(key);
  const all = [
    deriveKey(secret, 'label', context, 32),
    deriveKey(secretKey(Buffer.alloc(32, 8)), 'label', context, 32),
    deriveKey(secret, 'labe', context, 32),
    deriveKey(secret, 'label', context.subarray(1), 32),
    deriveKey(secret, 'label', context, 33).subarray(0, 32),
  ].map((bytes) => bytes.toString('hex'));
  assert.equal(new Set(all).size, all.length);
});
