import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Attributes in the order of the distinguished name, for example `{ C: 'US', O: 'Keyhold', CN:
 * 'HSM' }`.
 */
export type Subject = Readonly<Record<string, string>>;

/** Validity period, in milliseconds since the epoch. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface CertificateInfo extends Validity {
  readonly keyType: 'rsa' | 'ec' | 'other';
  /** Size of an RSA modulus, in bits. */
  readonly keyBits: number | undefined;
  readonly isCa: boolean;
  readonly selfSigned: boolean;
  readonly publicKey: KeyObject;
}

/** Generates a P-256 key pair. */
export function makeKeyPair(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** Returns PKCS#8 in PEM. */
export function exportPrivateKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

export function importKeyPair(privateKeyPem: string): KeyPair {
  const privateKey = createPrivateKey(privateKeyPem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** Reads a certificate. Returns undefined unless `pem` is exactly one X.509 certificate. */
export function readCertificate(pem: string): CertificateInfo | undefined {
  const certificate = parse(pem);
  if (!certificate) return undefined;
  const { publicKey } = certificate;
  return {
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    keyType:
      publicKey.asymmetricKeyType === 'rsa' || publicKey.asymmetricKeyType === 'ec'
        ? publicKey.asymmetricKeyType
        : 'other',
    keyBits: publicKey.asymmetricKeyDetails?.modulusLength,
    isCa: certificate.ca,
    selfSigned: isIssuedBy(certificate, certificate),
    publicKey,
  };
}

/**
 * Checks that both are certificates and that the anchor's key signed the other one. Does not check
 * validity periods.
 */
export function isSignedBy(certificatePem: string, anchorPem: string): boolean {
  const certificate = parse(certificatePem);
  const anchor = parse(anchorPem);
  return certificate !== undefined && anchor !== undefined && isIssuedBy(certificate, anchor);
}

/** Checks that the certificate is for this public key. */
export function certifies(certificatePem: string, publicKey: KeyObject): boolean {
  return parse(certificatePem)?.publicKey.equals(publicKey) ?? false;
}

/** Checks that the subject of the certificate has this attribute, for example `CN=HSM:1`. */
export function hasSubject(certificatePem: string, attribute: string): boolean {
  return parse(certificatePem)?.subject.split('\n').includes(attribute) ?? false;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function parse(pem: string): X509Certificate | undefined {
  if (pem.split('-----BEGIN ').length !== 2) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
