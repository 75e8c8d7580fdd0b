import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customerCa } from '../../test/support/customer-ca.ts';
import { systemClock } from '../base/index.ts';
import { createAuthority, createCsr, issueCertificate, makeKeyPair } from '../crypto/index.ts';
import { claimProblem } from './claim.ts';

const now = systemClock.now();
const hour = 3_600_000;
const validity = { notBefore: now - hour, notAfter: now + hour };
const keys = makeKeyPair();
const csr = await createCsr(keys, { CN: 'cluster' });

for (const kind of ['RSA', 'EC'] as const) {
  test(`a certificate signed by an ${kind} CA is accepted`, async () => {
    const ca = await customerCa(kind);
    assert.equal(
      await claimProblem({ signedCert: await ca.sign(csr), trustAnchor: ca.certificate }, csr, now),
      undefined,
    );
  });
}

test('each problem is reported with its reason', async () => {
  const ca = await customerCa('EC');
  const other = await customerCa('EC');
  const good = { signedCert: await ca.sign(csr), trustAnchor: ca.certificate };
  const rootKeys = makeKeyPair();
  const root = await createAuthority(rootKeys, { CN: 'Root' }, validity);
  const order = { ...validity, subject: { CN: 'Sub' }, publicKey: rootKeys.publicKey, ca: true };
  const intermediate = await issueCertificate(order, {
    certificate: root,
    privateKey: makeKeyPair().privateKey,
  });
  const foreignCsr = await createCsr(makeKeyPair(), { CN: 'cluster' });
  const cases: readonly [change: Partial<typeof good>, reason: RegExp, at?: number][] = [
    [{ trustAnchor: 'x' }, /^TrustAnchor must be exactly one X.509/],
    [{ trustAnchor: ca.certificate + ca.certificate }, /^TrustAnchor must be exactly one X.509/],
    [{ trustAnchor: `${ca.certificate}${'\n'.repeat(5_000)}` }, /^TrustAnchor must not be longer/],
    [{ signedCert: 'x' }, /^SignedCert must be exactly one X.509/],
    [{ signedCert: `${good.signedCert}${'\n'.repeat(5_000)}` }, /^SignedCert must not be longer/],
    [{ trustAnchor: intermediate }, /self-signed/],
    [{ trustAnchor: other.certificate }, /not signed by TrustAnchor/],
    [{ signedCert: await ca.sign(foreignCsr) }, /not the one in the cluster CSR/],
    [{}, /^TrustAnchor has expired/, now + 20 * 365 * 24 * hour],
    [{ trustAnchor: good.signedCert }, /self-signed/],
  ];
  for (const [change, reason, at = now] of cases) {
    assert.match((await claimProblem({ ...good, ...change }, csr, at)) ?? 'no problem', reason);
  }
});
