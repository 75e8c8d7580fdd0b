import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  certifies,
  createAuthority,
  createCsr,
  exportPrivateKey,
  importKeyPair,
  isSignedBy,
  issueCertificate,
  makeKeyPair,
  readCertificate,
  readCsr,
} from './index.ts';

const validity = { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2036, 0) };
const subject = {
  C: 'US',
  ST: 'CA',
  O: 'Keyhold',
  OU: 'FIPS',
  L: 'Local',
  CN: 'HSM:1:PARTN:1, for FIPS mode',
};

test('readCsr returns the public key and subject of a request', async () => {
  const keys = makeKeyPair();
  const csr = await readCsr(await createCsr(keys, subject));
  assert.ok(csr?.publicKey.equals(keys.publicKey));
  assert.match(csr?.subject ?? '', /O=Keyhold, OU=FIPS.*CN=HSM:1:PARTN:1\\, for FIPS mode/);
});

test('readCsr rejects a changed request', async () => {
  const pem = await createCsr(makeKeyPair(), subject);
  const bytes = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  assert.equal(
    await readCsr(
      `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`,
    ),
    undefined,
  );
  assert.equal(await readCsr('nonsense'), undefined);
});

test('isSignedBy rejects another authority of the same name', async () => {
  const authorityKeys = makeKeyPair();
  const authority = await createAuthority(authorityKeys, { CN: 'Root' }, validity);
  const impostor = await createAuthority(makeKeyPair(), { CN: 'Root' }, validity);
  const keys = makeKeyPair();
  const order = { ...validity, subject, publicKey: keys.publicKey, ca: false };
  const certificate = await issueCertificate(order, {
    certificate: authority,
    privateKey: authorityKeys.privateKey,
  });
  assert.ok(isSignedBy(certificate, authority));
  assert.ok(!isSignedBy(certificate, impostor));
  assert.ok(certifies(certificate, keys.publicKey));
  assert.ok(!certifies(certificate, authorityKeys.publicKey));
});

test('readCertificate distinguishes authorities, leaves and nonsense', async () => {
  const keys = makeKeyPair();
  const facts = readCertificate(await createAuthority(keys, { CN: 'Root' }, validity));
  assert.partialDeepStrictEqual(facts, {
    ...validity,
    keyType: 'ec',
    isCa: true,
    selfSigned: true,
  });
  assert.equal(readCertificate('nonsense'), undefined);
});

test('an exported key pair can be imported', () => {
  const keys = makeKeyPair();
  assert.ok(importKeyPair(exportPrivateKey(keys.privateKey)).publicKey.equals(keys.publicKey));
});
