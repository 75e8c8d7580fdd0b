/**
 * crypto: the few algorithms that Keyhold uses, each behind the narrowest function that does the job. The only folder
 * (with sigv4 and base/ids) that touches node:crypto. It must not know HSMs, users or AWS. Begin at `aes-gcm.ts`.
 */
export { BrokenSealError, open, seal } from './aes-gcm.ts';
export { deriveKey } from './counter-kdf.ts';
export { equalBytes, hmacSha256, sha256 } from './hash.ts';
export { checkValue, secretKey, type SecretKey } from './key-object.ts';
export { unwrapKey, wrapKey } from './key-wrap.ts';
export { hashPassword, stretchPassword, verifyPassword } from './passwords.ts';
export { fillNonce, randomBytes } from './random.ts';
export { openWith, sealFor } from './sealed-box.ts';
export {
  certifies,
  exportPrivateKey,
  importKeyPair,
  isSignedBy,
  makeKeyPair,
  readCertificate,
  type CertificateFacts,
  type KeyPair,
  type Subject,
  type Validity,
} from './x509.ts';
export { createAuthority, createCsr, issueCertificate, readCsr, type CertificateOrder, type Issuer } from './x509-issue.ts';
