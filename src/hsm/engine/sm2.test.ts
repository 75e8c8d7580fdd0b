/**
 * Interoperability of SM2 with openssl, which can do what Node does not expose: signatures with the
 * default identity, encryption, and key agreement.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openssl, withoutOpenssl } from '../../../test/support/openssl.ts';
import { BrokenSealError, InvalidKeyError, readPublicKey } from '../../crypto/index.ts';
import { identityDigest, pointOf, sm3 } from '../../crypto/sm2-curve.ts';
import { createSoftwareEngine } from './index.ts';

const engine = createSoftwareEngine();
const key = await engine.generatePair('sm2');
const privateKey = engine.exportMaterial(key);
const publicKey = engine.exportPublicKey(key);
const message = Buffer.from('a message');
const raw = { mechanism: 'sm2', form: 'raw', data: message } as const;
const digest = {
  mechanism: 'sm2',
  form: 'digest',
  data: sm3(identityDigest(pointOf(readPublicKey(publicKey))), message),
} as const;
const distinguished = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];

describe('SM2', { skip: withoutOpenssl }, () => {
  it('openssl verifies signatures of messages and of digests', async () => {
    for (const signing of [raw, digest]) {
      const signature = await engine.sign(key, signing);
      const files = { key: publicKey, message, signature };
      const command = [
        'pkeyutl',
        '-verify',
        '-pubin',
        '-keyform',
        'DER',
        '-inkey',
        '@key',
        '-in',
        '@message',
        '-sigfile',
        '@signature',
      ];
      assert.match(
        openssl([...command, ...distinguished], files).toString(),
        /Verified Successfully/,
      );
    }
  });

  it('openssl’s signatures are verified, and changed ones rejected', async () => {
    const command = [
      'pkeyutl',
      '-sign',
      '-keyform',
      'DER',
      '-inkey',
      '@key',
      '-in',
      '@message',
      ...distinguished,
    ];
    const signature = openssl(command, { key: privateKey, message });
    for (const signing of [raw, digest])
      assert.equal(await engine.verify(key, signing, signature), true);
    const other = { ...raw, data: Buffer.from('another') };
    assert.equal(await engine.verify(key, other, signature), false);
    for (let at = 0; at < signature.length; at += 5) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(await engine.verify(key, raw, changed), false, `byte ${at}`);
    }
    assert.equal(await engine.verify(key, raw, Buffer.alloc(0)), false);
  });

  it('openssl and the engine decrypt each other’s ciphertexts', async () => {
    for (const plaintext of [Buffer.of(7), message, Buffer.alloc(1024, 1)]) {
      const ours = await engine.encryptTo(key, 'sm2', plaintext);
      const decrypt = ['pkeyutl', '-decrypt', '-keyform', 'DER', '-inkey', '@key', '-in', '@text'];
      assert.deepEqual(openssl(decrypt, { key: privateKey, text: ours }), plaintext);
      const encrypt = [
        'pkeyutl',
        '-encrypt',
        '-pubin',
        '-keyform',
        'DER',
        '-inkey',
        '@key',
        '-in',
        '@text',
      ];
      const theirs = openssl(encrypt, { key: publicKey, text: plaintext });
      assert.deepEqual(Buffer.from(await engine.decryptFrom(key, 'sm2', theirs)), plaintext);
    }
  });

  it('a changed ciphertext is rejected', async () => {
    const ciphertext = await engine.encryptTo(key, 'sm2', message);
    for (let at = 0; at < ciphertext.length; at += 1) {
      const changed = Buffer.from(ciphertext);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await assert.rejects(engine.decryptFrom(key, 'sm2', changed), BrokenSealError, `byte ${at}`);
    }
    await assert.rejects(engine.decryptFrom(key, 'sm2', Buffer.alloc(0)), BrokenSealError);
  });

  it('both sides of a key agreement derive the same secret', async () => {
    const peer = await engine.generatePair('sm2');
    const secret = await engine.derive(key, engine.exportPublicKey(peer));
    assert.equal(secret.length, 32);
    assert.deepEqual(await engine.derive(peer, publicKey), secret);
    const p256 = engine.exportPublicKey(await engine.generatePair('secp256r1'));
    await assert.rejects(engine.derive(key, p256), InvalidKeyError);
  });

  it('openssl’s keys are imported, if both halves belong together', () => {
    const pem = openssl(['genpkey', '-algorithm', 'SM2', '-outform', 'DER']);
    const pkcs8 = openssl(
      ['pkcs8', '-topk8', '-nocrypt', '-inform', 'DER', '-outform', 'DER', '-in', '@pem'],
      { pem },
    );
    const aes = engine.generate('aes', 32);
    const form = { class: 'private-key', type: 'sm2' } as const;
    const carried = (bytes: Uint8Array): Uint8Array =>
      engine.wrap(
        aes,
        'aes-kwp',
        engine.importMaterial({ class: 'secret-key', type: 'generic-secret' }, bytes),
      );
    const copy = engine.unwrap(aes, 'aes-kwp', { form, bytes: carried(pkcs8) });
    const their = openssl(['pkey', '-inform', 'DER', '-in', '@pem', '-pubout', '-outform', 'DER'], {
      pem,
    });
    assert.deepEqual(Buffer.from(engine.exportPublicKey(copy)), their);
    const forged = Buffer.from(pkcs8);
    Buffer.from(publicKey)
      .subarray(-65)
      .copy(forged, forged.length - 65);
    assert.throws(
      () => engine.unwrap(aes, 'aes-kwp', { form, bytes: carried(forged) }),
      InvalidKeyError,
    );
  });
});
