import type { Clock } from '../base/index.ts';
import {
  certifiedKey,
  InvalidKeyError,
  isOfKind,
  readPublicKey,
  verifyEs384,
} from '../crypto/index.ts';
import { readDocument, type Document } from './document.ts';

/** What an enclave proved of itself. */
export interface Attestation {
  /** The enclave's id. */
  readonly moduleId: string;
  /** By number; an enclave's 0 is its image's. Hex, lower case. */
  readonly pcrs: ReadonlyMap<number, string>;
  /** Of an instance with a NitroTPM. */
  readonly tpmPcrs: ReadonlyMap<number, string>;
  /** SubjectPublicKeyInfo of an RSA key: whom secrets are for. */
  readonly publicKey: Uint8Array;
}

export interface AttestationVerifier {
  /** Throws `AttestationError` if the document is not to be believed. The same bytes are looked at once. */
  verify(document: Uint8Array): Attestation;
}

/** Why a document is not believed; the message is meant for the caller. */
export class AttestationError extends Error {
  override readonly name = 'AttestationError';
}

/** Believes documents whose signature chains to `root`, a certificate in PEM. */
export function createAttestationVerifier({
  root,
  clock,
}: {
  readonly root: string;
  readonly clock: Clock;
}): AttestationVerifier {
  // A request's document is asked for by policies and by the operation.
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
  if (!signed) throw new AttestationError('The attestation document can not be parsed.');
  const { document, signature } = signed;
  const key = certifiedKey([document.certificate, ...document.cabundle.toReversed()], root, now);
  if (!key)
    throw new AttestationError(
      'The certificates of the attestation document do not lead to the root that is trusted, or not now.',
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
    'The public key of the attestation document is no RSA key of 2,048 to 4,096 bits.',
  );
}
