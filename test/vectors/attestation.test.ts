/**
 * Verifies an attestation document that AWS signed for a real enclave in September 2023. It
 * contains no public key.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { readDocument } from '../../src/attestation/document.ts';
import { AttestationError, createAttestationVerifier } from '../../src/attestation/index.ts';

const read = (name: string): string =>
  readFileSync(new URL(`nitro/${name}`, import.meta.url), 'utf8');
const root = read('root.pem');
const document = Buffer.from(read('document.b64'), 'base64');
const SIGNED = Date.UTC(2023, 8, 18, 14, 40);

function errorOf(bytes: Uint8Array, now: number): string {
  try {
    createAttestationVerifier({ root, clock: { now: () => now } }).verify(bytes);
  } catch (error) {
    if (error instanceof AttestationError) return error.message;
    throw error;
  }
  return 'none';
}

it('the root certificate has the fingerprint that AWS publishes', () => {
  const { fingerprint256 } = new X509Certificate(root);
  assert.equal(
    fingerprint256.replaceAll(':', ''),
    '641A0321A3E244EFE456463195D606317ED7CDCC3C1756E09893F3C68F79BB5B',
  );
});

it('a real document is parsed, and its signature is valid up to AWS’s root', () => {
  const { document: content } = readDocument(document) ?? {};
  assert.deepEqual(
    [content?.moduleId, content?.pcrs.size],
    ['i-0918f6c55e3b61d89-enc018aa8b8e2285d13', 16],
  );
  assert.equal(errorOf(document, SIGNED), 'The attestation document has no public key.');
});

it('a real document is rejected after its certificate expires, and if a bit changes', () => {
  assert.match(
    errorOf(document, SIGNED + 4 * 3_600_000),
    /untrusted root, or outside its validity period/,
  );
  const changed = Buffer.from(document);
  changed[200] = (changed[200] ?? 0) ^ 1;
  assert.match(errorOf(changed, SIGNED), /signature of the attestation document is not valid/);
});
