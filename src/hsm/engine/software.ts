import {
  BrokenSealError,
  checkValue,
  deriveKey,
  fillNonce,
  open,
  randomBytes,
  seal,
  secretKey,
  unwrapKey,
  wrapKey,
  type SecretKey,
} from '../../crypto/index.ts';
import type { Engine, EngineKey } from './engine.ts';

const NONCE_LENGTH = 16;
const MESSAGE_KEY_LENGTH = 32;
const LABEL = 'keyhold message key';
const AES_LENGTHS: readonly number[] = [16, 24, 32];

interface SoftwareKey extends EngineKey {
  readonly secret: SecretKey;
}

/** The engine in this process. Its keys are `KeyObject`s: their bytes are outside JavaScript's heap and never shown. */
export function createSoftwareEngine(): Engine<SoftwareKey> {
  return {
    generate: (length) => importMaterial(randomBytes(length)),
    exportMaterial: ({ secret }) => secret.export(),
    importMaterial,
    encrypt,
    decrypt,
    wrap: (wrappingKey, key) => wrapKey(wrappingKey.secret, key.secret.export()),
    unwrap: (wrappingKey, wrapped) => importMaterial(unwrapKey(wrappingKey.secret, wrapped)),
    random: randomBytes,
  };
}

function importMaterial(material: Uint8Array): SoftwareKey {
  if (!AES_LENGTHS.includes(material.length)) throw new BrokenSealError();
  return { length: material.length, checkValue: checkValue(material), secret: secretKey(material) };
}

function encrypt({ secret }: SoftwareKey, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  const nonce = Buffer.allocUnsafe(NONCE_LENGTH);
  fillNonce(nonce, 0, NONCE_LENGTH);
  const ciphertext = seal(deriveKey(secret, LABEL, nonce, MESSAGE_KEY_LENGTH), plaintext, aad, NONCE_LENGTH);
  ciphertext.set(nonce, 0);
  return ciphertext;
}

function decrypt({ secret }: SoftwareKey, ciphertext: Uint8Array, aad: Uint8Array): Uint8Array {
  if (ciphertext.length < NONCE_LENGTH) throw new BrokenSealError();
  const messageKey = deriveKey(secret, LABEL, ciphertext.subarray(0, NONCE_LENGTH), MESSAGE_KEY_LENGTH);
  return open(messageKey, ciphertext.subarray(NONCE_LENGTH), aad);
}
