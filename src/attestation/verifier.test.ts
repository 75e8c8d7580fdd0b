import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { makeEnclave } from '../../test/support/enclave.ts';
import { systemClock } from '../base/index.ts';
import { AttestationError, createAttestationVerifier } from './index.ts';

/** Every 11th byte is changed. */
const STRIDE = 11;
const enclave = await makeEnclave();
const verifier = createAttestationVerifier({ root: enclave.root, clock: systemClock });

function refuses(document: Uint8Array, why: RegExp): void {
  assert.throws(
    () => verifier.verify(document),
    (error) => error instanceof AttestationError && why.test(error.message),
  );
}

describe('an attestation document', () => {
  it('states the measurements of the enclave and its public key', () => {
    const pcrs = new Map([
      [0, Buffer.alloc(48, 1)],
      [8, Buffer.alloc(48, 2)],
    ]);
    const attestation = verifier.verify(enclave.document({ pcrs }));
    assert.deepEqual(attestation.pcrs.get(8), '02'.repeat(48));
    assert.equal(attestation.pcrs.size, 2);
    assert.ok(attestation.publicKey.length > 290);
    assert.equal(attestation.moduleId, 'i-0123456789abcdef0-enc0123456789abcdef');
  });

  it('may come from an instance with a NitroTPM', () => {
    const attestation = verifier.verify(
      enclave.document({ pcrs: null, tpmPcrs: new Map([[4, Buffer.alloc(48, 4)]]) }),
    );
    assert.deepEqual([attestation.pcrs.size, attestation.tpmPcrs.get(4)], [0, '04'.repeat(48)]);
  });

  it('is rejected under another root, or with an incomplete chain', async () => {
    const other = await makeEnclave();
    refuses(other.document(), /untrusted root/);
    refuses(enclave.document({ bundle: [] }), /untrusted root/);
  });

  it('is rejected outside the validity period of its certificate', async () => {
    const old = await makeEnclave({ age: 60_000 });
    const itsVerifier = createAttestationVerifier({ root: old.root, clock: systemClock });
    assert.throws(() => itsVerifier.verify(old.document()), AttestationError);
    const then = createAttestationVerifier({
      root: old.root,
      clock: { now: () => Date.now() - 3_600_000 },
    });
    assert.ok(then.verify(old.document()));
  });

  it('is rejected if the key of its certificate did not sign it', () => {
    refuses(
      enclave.document({ signer: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey }),
      /signature .* not valid/,
    );
    refuses(enclave.document({ algorithm: -7 }), /cannot be parsed/);
  });

  it('is rejected if any byte is changed', () => {
    const document = enclave.document();
    for (let at = 0; at < document.length; at += STRIDE) {
      const changed = Buffer.from(document);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.throws(() => verifier.verify(changed), AttestationError, `byte ${at}`);
    }
  });

  it('is rejected without an RSA public key', () => {
    refuses(enclave.document({ publicKey: null }), /has no public key/);
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
      format: 'der',
      type: 'spki',
    });
    refuses(enclave.document({ publicKey: elliptic }), /not an RSA key/);
    refuses(enclave.document({ publicKey: Buffer.of(1) }), /not an RSA key/);
  });

  it('is rejected if it is not CBOR', () => {
    for (const nonsense of [
      Buffer.alloc(0),
      Buffer.from('nonsense'),
      Buffer.of(0xd2, 0x84),
      Buffer.alloc(200, 0x9f),
      Buffer.alloc(10_000, 0x81),
    ]) {
      refuses(nonsense, /cannot be parsed/);
    }
  });
});
