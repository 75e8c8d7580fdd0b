import 'reflect-metadata';
import { createPrivateKey, sign, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  Pkcs10CertificateRequest,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const algorithms = {
  RSA: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  EC: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

/**
 * The customer's CA. The README creates it with `openssl`; tests use a library, so that they need
 * only Node.
 */
export interface CustomerCa {
  /** Content of customerCA.crt, in PEM. */
  readonly certificate: string;
  /** Signs a ClusterCsr. Returns the certificate in PEM. */
  sign(csr: string): Promise<string>;
  /** Signs bytes as `openssl dgst -sha256 -sign customerCA.key` does. */
  signBytes(data: Uint8Array): Promise<Buffer>;
}

/** Creates a CA. Its own certificate and those that it signs are valid for `days` days. */
export async function customerCa(
  kind: keyof typeof algorithms = 'RSA',
  days = 3_650,
): Promise<CustomerCa> {
  const algorithm = algorithms[kind];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const validity = {
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + days * 86_400_000),
  };
  const root: X509Certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'C=EU, O=Example, CN=Customer CA',
    ...validity,
    signingAlgorithm: algorithm,
    keys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    certificate: root.toString('pem'),
    async signBytes(data) {
      const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
      return sign('sha256', data, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    },
    async sign(csr) {
      const request = new Pkcs10CertificateRequest(csr);
      const signed = await X509CertificateGenerator.create({
        serialNumber: '02',
        subject: request.subject,
        issuer: root.subject,
        ...validity,
        signingAlgorithm: algorithm,
        publicKey: await request.publicKey.export(),
        signingKey: keys.privateKey,
      });
      return signed.toString('pem');
    },
  };
}
