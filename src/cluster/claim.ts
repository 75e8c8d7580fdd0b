import {
  certifies,
  isSignedBy,
  readCertificate,
  readCsr,
  type CertificateInfo,
} from '../crypto/index.ts';
import type { Claim } from './contract.ts';

const MAX_PEM_LENGTH = 5_000;
const MIN_RSA_BITS = 2_048;

/**
 * Returns the reason to reject the customer's certificates for a cluster, as a message for the
 * customer, or undefined if they are valid. CloudHSM documents the requirements, but not its texts.
 * `now` is in milliseconds since the epoch.
 */
export async function claimProblem(
  { signedCert, trustAnchor }: Claim,
  csr: string,
  now: number,
): Promise<string | undefined> {
  const anchor = readCertificate(trustAnchor);
  const certificate = readCertificate(signedCert);
  const request = await readCsr(csr);
  const checks: readonly [fails: () => boolean, reason: string][] = [
    [
      () => trustAnchor.length > MAX_PEM_LENGTH,
      `TrustAnchor must not be longer than ${MAX_PEM_LENGTH} characters.`,
    ],
    [
      () => signedCert.length > MAX_PEM_LENGTH,
      `SignedCert must not be longer than ${MAX_PEM_LENGTH} characters.`,
    ],
    [
      () => anchor === undefined,
      'TrustAnchor must be exactly one X.509 certificate in PEM format.',
    ],
    [
      () => certificate === undefined,
      'SignedCert must be exactly one X.509 certificate in PEM format.',
    ],
    [
      () => anchor?.selfSigned !== true,
      'TrustAnchor must be a self-signed root certificate; intermediate CAs are not supported.',
    ],
    [
      () => anchor?.isCa !== true,
      'TrustAnchor must be a CA certificate: its Basic Constraints must say CA:TRUE.',
    ],
    [
      () => !isStrong(anchor),
      `TrustAnchor must have an RSA key of at least ${MIN_RSA_BITS} bits or an elliptic curve key.`,
    ],
    [() => !isValidAt(anchor, now), 'TrustAnchor has expired or is not yet valid.'],
    [() => !isSignedBy(signedCert, trustAnchor), 'SignedCert is not signed by TrustAnchor.'],
    [() => !isValidAt(certificate, now), 'SignedCert has expired or is not yet valid.'],
    [
      () => !request || !certifies(signedCert, request.publicKey),
      'The public key in SignedCert is not the one in the cluster CSR.',
    ],
  ];
  return checks.find(([fails]) => fails())?.[1];
}

function isStrong(facts: CertificateInfo | undefined): boolean {
  return (
    facts?.keyType === 'ec' || (facts?.keyType === 'rsa' && (facts.keyBits ?? 0) >= MIN_RSA_BITS)
  );
}

function isValidAt(facts: CertificateInfo | undefined, now: number): boolean {
  return facts !== undefined && facts.notBefore <= now && now <= facts.notAfter;
}
