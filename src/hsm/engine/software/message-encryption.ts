import {
  BrokenSealError,
  deriveKey,
  fillNonce,
  open,
  seal,
  type SecretKey,
} from '../../../crypto/index.ts';

const NONCE_LENGTH = 16;
const MESSAGE_KEY_LENGTH = 32;
const LABEL = 'keyhold message key';

/** AES-256-GCM under a key derived for this one message. */
export function encryptMessage(
  secret: SecretKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const nonce = Buffer.allocUnsafe(NONCE_LENGTH);
  fillNonce(nonce, 0, NONCE_LENGTH);
  const ciphertext = seal(
    deriveKey(secret, LABEL, nonce, MESSAGE_KEY_LENGTH),
    plaintext,
    aad,
    NONCE_LENGTH,
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
  if (ciphertext.length < NONCE_LENGTH) throw new BrokenSealError();
  const messageKey = deriveKey(
    secret,
    LABEL,
    ciphertext.subarray(0, NONCE_LENGTH),
    MESSAGE_KEY_LENGTH,
  );
  return open(messageKey, ciphertext.subarray(NONCE_LENGTH), aad);
}
