import { ecdsa } from './ecdsa.ts';
import { ed25519, ed25519ph } from './ed25519.ts';
import { mlDsa } from './ml-dsa.ts';
import { rsaPkcs1, rsaPss } from './rsa-signature.ts';
import { sm2 } from './sm2.ts';
import type { SignatureScheme } from './signature.ts';

/** All signature schemes, one row each. `raw` signs messages, `digest` signs digests. */
export const signatureSchemes = {
  'rsa-pkcs-sha256': rsaPkcs1('sha256'),
  'rsa-pkcs-sha384': rsaPkcs1('sha384'),
  'rsa-pkcs-sha512': rsaPkcs1('sha512'),
  'rsa-pkcs-pss-sha256': rsaPss('sha256'),
  'rsa-pkcs-pss-sha384': rsaPss('sha384'),
  'rsa-pkcs-pss-sha512': rsaPss('sha512'),
  'ecdsa-sha256': ecdsa('sha256'),
  'ecdsa-sha384': ecdsa('sha384'),
  'ecdsa-sha512': ecdsa('sha512'),
  sm2,
  ed25519,
  ed25519ph,
  'ml-dsa': mlDsa,
} as const satisfies Record<string, SignatureScheme>;

export type SignatureMechanism = keyof typeof signatureSchemes;
