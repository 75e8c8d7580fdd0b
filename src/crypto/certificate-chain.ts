import { verify, X509Certificate } from 'node:crypto';
import type { AsymmetricKey } from './key-der.ts';

/**
 * Returns the public key of the first certificate of a valid chain, otherwise undefined. The chain
 * is in DER, the leaf first. Each certificate must be signed by the next, the last must be `root`
 * itself (PEM), all must be valid at `now` (milliseconds since the epoch), and all but the leaf
 * must be CA certificates.
 */
export function certifiedKey(
  chain: readonly Uint8Array[],
  root: string,
  now: number,
): AsymmetricKey | undefined {
  try {
    const certificates = chain.map((der) => new X509Certificate(der));
    const [leaf] = certificates;
    const last = certificates.at(-1);
    if (!leaf || !last || !last.raw.equals(new X509Certificate(root).raw)) return undefined;
    const good = certificates.every(
      (one, index) =>
        isValidAt(one, now) && isSigned(one, certificates[index + 1] ?? one, index > 0),
    );
    return good ? leaf.publicKey : undefined;
  } catch {
    // One of them is not a certificate.
    return undefined;
  }
}

function isValidAt({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime();
}

function isSigned(
  certificate: X509Certificate,
  issuer: X509Certificate,
  authority: boolean,
): boolean {
  return (
    (certificate.ca || !authority) &&
    issuer.ca &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey)
  );
}

/**
 * Verifies ECDSA over P-384 with SHA-384. The signature is two numbers of 48 bytes. COSE (RFC 9053)
 * calls this ES384.
 */
export function verifyEs384(
  publicKey: AsymmetricKey,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.asymmetricKeyDetails?.namedCurve !== 'secp384r1') return false;
  return verify('sha384', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
}
