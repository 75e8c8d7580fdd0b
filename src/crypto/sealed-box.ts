import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { BrokenSealError, open, seal } from './aes-gcm.ts';
import { deriveKey } from './counter-kdf.ts';
import { secretKey } from './key-object.ts';
import { makeKeyPair } from './x509.ts';

const LABEL = 'keyhold sealed box';
/** Bytes of a P-256 public key in SPKI DER. */
const PUBLIC_KEY_BYTES = 91;

/** Seals for whoever holds the private key of the P-256 key `recipient`: an ephemeral public key, then AES-256-GCM. */
export function sealBox(recipient: KeyObject, plaintext: Uint8Array, aad: Uint8Array): Buffer {
  const ephemeral = makeKeyPair();
  const publicKey = ephemeral.publicKey.export({ type: 'spki', format: 'der' });
  const key = agreedKey(ephemeral.privateKey, recipient, publicKey);
  return Buffer.concat([publicKey, seal(key, plaintext, aad)]);
}

/** Opens what `sealBox` made. Throws `BrokenSealError`. */
export function openBox(privateKey: KeyObject, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const publicKey = Buffer.from(sealed.subarray(0, PUBLIC_KEY_BYTES));
  return open(
    agreedKey(privateKey, readPublicKey(publicKey), publicKey),
    sealed.subarray(PUBLIC_KEY_BYTES),
    aad,
  );
}

function agreedKey(privateKey: KeyObject, publicKey: KeyObject, context: Uint8Array): Buffer {
  return deriveKey(secretKey(diffieHellman({ privateKey, publicKey })), LABEL, context, 32);
}

function readPublicKey(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw new BrokenSealError();
  }
}
