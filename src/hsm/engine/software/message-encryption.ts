import {
  BrokenSealError,
  deriveKey,
  fillNonce,
  open,
  seal,
  type SecretKey,
} from '../../../crypto/index.ts';

const NONCE_BYTES = 16;
const MESSAGE_KEY_BYTES = 32;
const LABEL = 'keyhold message key';

/**
 * Encrypts with AES-256-GCM under a key derived for this message. Returns nonce, IV, ciphertext and
 * tag.
 */
export function encryptMessage(
  secret: SecretKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const nonce = Buffer.allocUnsafe(NONCE_BYTES);
  fillNonce(nonce, 0, NONCE_BYTES);
  const ciphertext = seal(
    deriveKey(secret, LABEL, nonce, MESSAGE_KEY_BYTES),
    plaintext,
    aad,
    NONCE_BYTES,
  );
  ciphertext.set(nonce, 0);
  return ciphertext;
}

/** Throws `BrokenSealError`. */
export function decryptMessage(
  secret: SecretKey,
  ciphertext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  if (ciphertext.length < NONCE_BYTES) throw new BrokenSealError();
  const messageKey = deriveKey(
    secret,
    LABEL,
    ciphertext.subarray(0, NONCE_BYTES),
    MESSAGE_KEY_BYTES,
  );
  return open(messageKey, ciphertext.subarray(NONCE_BYTES), aad);
}
