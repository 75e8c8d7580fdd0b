import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusedAs } from '../../../test/support/hsm/hsm-world.ts';
import { createSoftwareEngine } from '../engine/index.ts';
import { readToken, tokenHeader } from './key-token.ts';

const engine = createSoftwareEngine();
const domainKey = engine.generate('aes', 32);
const binding = Buffer.alloc(32, 1);
const rsa = { class: 'private-key', type: 'rsa-2048' } as const;
const aes = { class: 'secret-key', type: 'aes' } as const;
const mechanism = 'aes-gcm-bound';

describe('a key token', () => {
  it('opens with the attributes that it was made with, and denies all others', () => {
    const header = tokenHeader({ sign: true, extractable: false }, rsa);
    const { sealed, bound, template } = readToken(
      Buffer.concat([header, Buffer.from('key')]),
      rsa,
      binding,
    );
    assert.equal(Buffer.from(sealed).toString(), 'key');
    assert.deepEqual(Buffer.from(bound), Buffer.concat([header, binding]));
    assert.deepEqual(template(), {
      encrypt: false,
      decrypt: false,
      sign: true,
      verify: false,
      wrap: false,
      unwrap: false,
      derive: false,
      token: false,
      extractable: false,
      modifiable: false,
    });
  });

  it('is never for a key that is kept, extractable or modifiable', () => {
    for (const name of ['token', 'extractable', 'modifiable'] as const)
      assert.throws(() => tokenHeader({ [name]: true }, aes), refusedAs('template-inconsistent'));
  });

  it('of an earlier version opens as before, but unwraps nothing', () => {
    const key = engine.generate('aes', 32);
    const earlier = engine.wrap(domainKey, mechanism, key, binding);
    const { sealed, bound, template } = readToken(earlier, aes, binding);
    engine.unwrap(domainKey, mechanism, { form: aes, bytes: sealed, binding: bound });
    assert.equal(template().decrypt, true);
    assert.equal(template().extractable, false);
    assert.equal(readToken(earlier, rsa, binding).template().unwrap, false);
  });

  it('does not open as one of an earlier version', () => {
    const header = tokenHeader({ unwrap: true }, rsa);
    const forged = Buffer.concat([header, binding]);
    assert.throws(
      () => readToken(Buffer.from('key without header'), rsa, forged),
      refusedAs('ciphertext-invalid'),
    );
  });
});
