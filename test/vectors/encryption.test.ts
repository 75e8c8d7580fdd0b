/** Wycheproof vectors for RSAES-OAEP, AES-GCM, AES key wrap with padding, and HMAC. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BrokenSealError,
  InvalidKeyError,
  open,
  secretKey,
  unwrapKey,
  wrapKey,
  type MacHash,
} from '../../src/crypto/index.ts';
import { bytes, engine, titleOf, wycheproof } from './vectors.ts';

const oaep = [
  ['rsa_oaep_2048_sha1_mgf1sha1', 'rsa-2048', 'rsa-oaep-sha1'],
  ['rsa_oaep_2048_sha256_mgf1sha256', 'rsa-2048', 'rsa-oaep-sha256'],
  ['rsa_oaep_3072_sha256_mgf1sha256', 'rsa-3072', 'rsa-oaep-sha256'],
  ['rsa_oaep_4096_sha256_mgf1sha256', 'rsa-4096', 'rsa-oaep-sha256'],
] as const;

for (const [name, type, mechanism] of oaep) {
  describe(name, async () => {
    for (const vector of wycheproof<'privateKeyPkcs8' | 'msg' | 'ct'>(name)) {
      await it(titleOf(vector), async () => {
        const key = engine.importMaterial(
          { class: 'private-key', type },
          bytes(vector.privateKeyPkcs8),
        );
        const decrypted = engine.decryptFrom(key, mechanism, bytes(vector.ct));
        if (vector.result === 'invalid') await assert.rejects(decrypted, BrokenSealError);
        else assert.equal(Buffer.from(await decrypted).toString('hex'), vector.msg);
      });
    }
  });
}

describe('aes_gcm', async () => {
  for (const vector of wycheproof<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag'>('aes_gcm')) {
    await it(titleOf(vector), () => {
      const sealed = bytes(vector.iv + vector.ct + vector.tag);
      const decrypt = (): Buffer => open(secretKey(bytes(vector.key)), sealed, bytes(vector.aad));
      if (vector.result === 'invalid') assert.throws(decrypt, BrokenSealError);
      else assert.equal(decrypt().toString('hex'), vector.msg);
    });
  }
});

describe('aes_kwp', async () => {
  for (const vector of wycheproof<'key' | 'msg' | 'ct'>('aes_kwp')) {
    await it(titleOf(vector), () => {
      const key = secretKey(bytes(vector.key));
      const unwrap = (): Buffer => unwrapKey(key, bytes(vector.ct));
      if (vector.result === 'invalid') assert.throws(unwrap, BrokenSealError);
      else if (vector.result === 'valid') {
        assert.equal(unwrap().toString('hex'), vector.msg);
        assert.equal(wrapKey(key, bytes(vector.msg)).toString('hex'), vector.ct);
      }
    });
  }
});

const macs: readonly MacHash[] = ['sha224', 'sha256', 'sha384', 'sha512'];
for (const hash of macs) {
  describe(`hmac_${hash}`, async () => {
    for (const vector of wycheproof<'key' | 'msg' | 'tag'>(`hmac_${hash}`)) {
      await it(titleOf(vector), () => {
        const key = bytes(vector.key);
        if (key.length === 0) {
          assert.throws(
            () => engine.importMaterial({ class: 'secret-key', type: 'generic-secret' }, key),
            InvalidKeyError,
          );
          return;
        }
        const secret = engine.importMaterial({ class: 'secret-key', type: 'generic-secret' }, key);
        const mac = Buffer.from(engine.mac(secret, hash, bytes(vector.msg)));
        // Wycheproof also has truncated MACs. The engine accepts only full-length MACs.
        const matches = mac.subarray(0, vector.tag.length / 2).toString('hex') === vector.tag;
        assert.equal(matches ? 'valid' : 'invalid', vector.result);
        assert.equal(
          engine.verifyMac(secret, hash, bytes(vector.msg), bytes(vector.tag)),
          matches && mac.length * 2 === vector.tag.length,
        );
      });
    }
  });
}
