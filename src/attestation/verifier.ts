import type { Clock } from '../base/index.ts';
import {
  certifiedKey,
  InvalidKeyError,
  isOfKind,
  readPublicKey,
  verifyEs384,
} from '../crypto/index.ts';
import { readDocument, type Document } from './document.ts';

/** The verified statements of an attestation document. */
export interface Attestation {
  /** Enclave ID. */
  readonly moduleId: string;
  /** PCR values by index, in lower-case hex. PCR0 is the enclave image. */
  readonly pcrs: ReadonlyMap<number, string>;
  /** PCR values of an instance with a NitroTPM. */
  readonly tpmPcrs: ReadonlyMap<number, string>;
  /** RSA public key (SubjectPublicKeyInfo), for which secrets are encrypted. */
  readonly publicKey: Uint8Array;
}

export interface AttestationVerifier {
  /** Throws `AttestationError` if verification fails. Results are cached per buffer. */
  verify(document: Uint8Array): Attestation;
}

/** Verification failed. The message is meant for the caller of the API. */
export class AttestationError extends Error {
  override readonly name = 'AttestationError';
}

/** Creates a verifier of documents whose signature chains to `root`, a certificate in PEM. */
export function createAttestationVerifier({
  root,
  clock,
}: {
  readonly root: string;
  readonly clock: Clock;
}): AttestationVerifier {
  // Policies and the operation both verify the document of a request.
  const verified = new WeakMap<Uint8Array, Attestation>();
  return {
    verify(bytes) {
      const attestation = verified.get(bytes) ?? verify(bytes, root, clock.now());
      verified.set(bytes, attestation);
      return attestation;
    },
  };
}

function verify(bytes: Uint8Array, root: string, now: number): Attestation {
  const signed = readDocument(bytes);
  if (!signed) throw new AttestationError('The attestation document cannot be parsed.');
  const { document, signature } = signed;
  const key = certifiedKey([document.certificate, ...document.cabundle.toReversed()], root, now);
  if (!key)
    throw new AttestationError(
      'The certificate chain of the attestation document is not valid: untrusted root, or outside its validity period.',
    );
  if (!verifyEs384(key, signed.signed, signature))
    throw new AttestationError('The signature of the attestation document is not valid.');
  const { moduleId, pcrs, tpmPcrs } = document;
  return {
    moduleId,
    pcrs: inHex(pcrs),
    tpmPcrs: inHex(tpmPcrs),
    publicKey: recipientKey(document),
  };
}

function inHex(pcrs: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, string> {
  return new Map(Array.from(pcrs, ([index, value]) => [index, Buffer.from(value).toString('hex')]));
}

function recipientKey({ publicKey }: Document): Uint8Array {
  if (!publicKey) throw new AttestationError('The attestation document has no public key.');
  try {
    const key = readPublicKey(publicKey);
    if (isOfKind(key, 'rsa-2048') || isOfKind(key, 'rsa-3072') || isOfKind(key, 'rsa-4096'))
      return publicKey;
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
  }
  throw new AttestationError(
    'The public key of the attestation document is not an RSA key of 2,048 to 4,096 bits.',
  );
}
