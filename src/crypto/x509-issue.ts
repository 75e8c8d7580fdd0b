import { createPublicKey, type KeyObject, type webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type * as Peculiar from '@peculiar/x509';
import { randomBytes } from './random.ts';
import type { KeyPair, Subject, Validity } from './x509.ts';

export interface CertificateOrder extends Validity {
  readonly subject: Subject;
  /** Key that the certificate is for. */
  readonly publicKey: KeyObject;
  /** True for a CA certificate. */
  readonly ca: boolean;
  /** DNS names and IP addresses of an HTTPS server. Left out in other certificates. */
  readonly names?: readonly string[];
}

/**
 * The signer of certificates: its certificate (PEM) and private key (EC P-256, EC P-384 or RSA).
 */
export interface Issuer {
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

/**
 * Creates a PKCS#10 certificate signing request, in PEM.
 *
 * @example
 * ```ts
 * import { createCsr, makeKeyPair, readCsr } from 'src/crypto/index.ts';
 *
 * const csr = await createCsr(makeKeyPair(), { O: 'Example', CN: 'hsm-1' });
 * assert.equal((await readCsr(csr))?.subject, 'O=Example, CN=hsm-1');
 * ```
 */
export async function createCsr(keys: KeyPair, subject: Subject): Promise<string> {
  const x509 = await load();
  const pair = { publicKey: verifyingKey(keys.publicKey), privateKey: signingKey(keys.privateKey) };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: nameOf(subject),
    keys: pair,
    signingAlgorithm: algorithmOf(keys.privateKey),
  });
  return `${request.toString('pem')}\n`;
}

/**
 * Reads a certificate signing request. Returns undefined if `pem` is not a request, is not signed
 * by its own key, or is for a key that cannot be certified here: it must be EC on P-256 or P-384,
 * or RSA of 2,048 to 4,096 bits.
 */
export async function readCsr(
  pem: string,
): Promise<{ readonly publicKey: KeyObject; readonly subject: string } | undefined> {
  const x509 = await load();
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    if (!(await request.verify())) return undefined;
    const publicKey = createPublicKey({
      key: Buffer.from(request.publicKey.rawData),
      format: 'der',
      type: 'spki',
    });
    return canCertify(publicKey) ? { publicKey, subject: request.subject } : undefined;
  } catch {
    return undefined;
  }
}

/** Creates a self-signed CA certificate, in PEM. */
export function createAuthority(
  keys: KeyPair,
  subject: Subject,
  validity: Validity,
): Promise<string> {
  return sign(
    { ...validity, subject, publicKey: keys.publicKey, ca: true },
    nameOf(subject),
    keys.privateKey,
  );
}

/**
 * Issues a certificate signed by `issuer`, in PEM.
 *
 * @example
 * ```ts
 * import {
 *   createAuthority,
 *   issueCertificate,
 *   isSignedBy,
 *   makeKeyPair,
 * } from 'src/crypto/index.ts';
 *
 * const validity = { notBefore: 0, notAfter: Date.UTC(2100, 0) };
 * const keys = makeKeyPair();
 * const root = await createAuthority(keys, { CN: 'Root' }, validity);
 * const { publicKey } = makeKeyPair();
 * const order = { ...validity, subject: { CN: 'leaf' }, publicKey, ca: false };
 * const issuer = { certificate: root, privateKey: keys.privateKey };
 * const leaf = await issueCertificate(order, issuer);
 * assert.ok(isSignedBy(leaf, root));
 * ```
 */
export async function issueCertificate(order: CertificateOrder, issuer: Issuer): Promise<string> {
  const x509 = await load();
  const issuerName = new x509.X509Certificate(
    new X509Certificate(issuer.certificate).raw,
  ).subjectName.toJSON();
  const extensions = order.names ? await serverExtensions(x509, order.names, issuer) : [];
  return sign(order, issuerName, issuer.privateKey, extensions);
}

/**
 * Returns the extensions that HTTPS clients need and HSM clients do not: names, purpose, and the
 * identifier of the issuer's key.
 */
async function serverExtensions(
  x509: typeof Peculiar,
  names: readonly string[],
  issuer: Issuer,
): Promise<Peculiar.Extension[]> {
  const issuerKey = verifyingKey(new X509Certificate(issuer.certificate).publicKey);
  return [
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) > 0 ? 'ip' : 'dns', value })),
    ),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKey),
  ];
}

async function sign(
  order: CertificateOrder,
  issuer: Peculiar.JsonName,
  privateKey: KeyObject,
  more: readonly Peculiar.Extension[] = [],
): Promise<string> {
  const x509 = await load();
  const publicKey = verifyingKey(order.publicKey);
  const { keyCertSign, digitalSignature } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    subject: nameOf(order.subject),
    issuer,
    notBefore: new Date(order.notBefore),
    notAfter: new Date(order.notAfter),
    publicKey,
    signingKey: signingKey(privateKey),
    signingAlgorithm: algorithmOf(privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(order.ca, undefined, true),
      new x509.KeyUsagesExtension(
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the library expects combined flags here
        order.ca ? keyCertSign | digitalSignature : digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...more,
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

// Loaded when first needed. It takes longer to load than the rest of an HSM, and a restarted HSM
// issues no certificates.
async function load(): Promise<typeof Peculiar> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

function nameOf(subject: Subject): Peculiar.JsonName {
  return Object.entries(subject).map(([attribute, value]) => ({ [attribute]: [value] }));
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const P384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
const MIN_RSA_BITS = 2_048;
const MAX_RSA_BITS = 4_096;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

function algorithmOf({
  asymmetricKeyType,
  asymmetricKeyDetails,
}: KeyObject): typeof P256 | typeof RSA {
  if (asymmetricKeyType === 'rsa') return RSA;
  return asymmetricKeyDetails?.namedCurve === 'secp384r1' ? P384 : P256;
}

function canCertify({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'rsa')
    return modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS;
  return namedCurve === 'prime256v1' || namedCurve === 'secp384r1';
}

function signingKey(key: KeyObject): webcrypto.CryptoKey {
  return key.toCryptoKey(algorithmOf(key), false, ['sign']);
}

function verifyingKey(key: KeyObject): webcrypto.CryptoKey {
  return key.toCryptoKey(algorithmOf(key), true, ['verify']);
}
