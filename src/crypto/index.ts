/**
 * crypto: the few algorithms that Keyhold uses, each behind the narrowest function that does the
 * job. The only folder (with sigv4 and base/ids) that uses node:crypto. It must not know HSMs,
 * users or AWS. Begin at `aes-gcm.ts`.
 */
export { BrokenSealError, open, seal } from './aes-gcm.ts';
export { verifyEs384, certifiedKey } from './certificate-chain.ts';
export { deriveKey } from './counter-kdf.ts';
export { equalBytes, hmac, hmacSha256, sha256, sha256Hex, type MacHash } from './hash.ts';
export { agree, decapsulateSecret, encapsulateSecret } from './key-agreement.ts';
export {
  hasSafeExponent,
  InvalidKeyError,
  isConsistentPair,
  publicKeyOf,
  readPrivateKey,
  readPublicKey,
  writePrivateKey,
  writePublicKey,
  type AsymmetricKey,
} from './key-der.ts';
export { checkValue, pairCheckValue, secretKey, type SecretKey } from './key-object.ts';
export { unwrapKey, wrapKey } from './key-wrap.ts';
export {
  familyOf,
  generatePrivateKey,
  isOfKind,
  type PairFamily,
  type PairKind,
} from './pair-kind.ts';
export { hashPassword, stretchPassword, verifyPassword } from './passwords.ts';
export { readSigningKey, signSha256, verifySha256 } from './plain-signature.ts';
export { decodePublicKey, fingerprintOf } from './public-key.ts';
export { fillNonce, randomBytes } from './random.ts';
export { sealForRecipient } from './recipient-seal.ts';
export { rsaAesUnwrap, rsaAesWrap } from './rsa-aes-key-wrap.ts';
export { rsaDecrypt, rsaEncrypt, type OaepHash } from './rsa-oaep.ts';
export { openFor, readRecipientKey, readRecipientPrivateKey, sealFor } from './seal-for.ts';
export { joinShares, splitSecret } from './secret-sharing.ts';
export { chainHash, GENESIS, LogVerifier, signCheckpoint, type LogFault } from './signed-log.ts';
export { openBox, sealBox } from './sealed-box.ts';
export { messageSigner, type SignatureScheme, type Signer } from './signature.ts';
export { sm2Decrypt, sm2Encrypt } from './sm2.ts';
export { signatureSchemes, type SignatureMechanism } from './signature-schemes.ts';
export {
  certifies,
  exportPrivateKey,
  hasSubject,
  importKeyPair,
  isSignedBy,
  makeKeyPair,
  readCertificate,
  type CertificateInfo,
  type KeyPair,
  type Subject,
  type Validity,
} from './x509.ts';
export {
  createAuthority,
  createCsr,
  issueCertificate,
  readCsr,
  type Issuer,
} from './x509-issue.ts';
