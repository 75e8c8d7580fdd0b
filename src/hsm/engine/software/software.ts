import { equalBytes, hmac, randomBytes, sha256, writePublicKey } from '../../../crypto/index.ts';
import type { Engine } from '../engine.ts';
import { decryptMessage, encryptMessage } from './message-encryption.ts';
import {
  decapsulate,
  decryptFrom,
  derive,
  encapsulate,
  encryptTo,
  sealForRsaRecipient,
  sign,
  verify,
} from './public-key-use.ts';
import {
  exportMaterial,
  generatePair,
  generateSecret,
  importMaterial,
  publicHalfOf,
  publicOf,
  secretOf,
  type SoftwareKey,
} from './software-key.ts';
import { unwrap, wrap } from './wrapping.ts';

/** Type of the software engine, with the results that it returns synchronously. */
export type SoftwareEngine = ReturnType<typeof createSoftwareEngine>;

/** Creates an engine in this process. */
export function createSoftwareEngine() {
  return {
    generate: generateSecret,
    generatePair,
    publicHalf: publicHalfOf,
    exportMaterial,
    importMaterial,
    exportPublicKey: (key) => writePublicKey(publicOf(key)),
    fingerprint,
    encrypt: (key, plaintext, aad) => encryptMessage(secretOf(key, 'aes'), plaintext, aad),
    decrypt: (key, ciphertext, aad) => decryptMessage(secretOf(key, 'aes'), ciphertext, aad),
    encryptTo,
    decryptFrom,
    sign,
    verify,
    mac: (key, hash, message) => hmac(secretOf(key, 'generic-secret'), hash, message),
    verifyMac: (key, hash, message, mac) =>
      equalBytes(hmac(secretOf(key, 'generic-secret'), hash, message), mac),
    derive,
    encapsulate,
    decapsulate,
    wrap,
    unwrap,
    sealForRecipient: sealForRsaRecipient,
    random: randomBytes,
  } satisfies Engine<SoftwareKey>;
}

function fingerprint(key: SoftwareKey, prefix: Uint8Array): Uint8Array {
  const material = exportMaterial(key);
  const input = Buffer.concat([prefix, material]);
  try {
    return sha256(input);
  } finally {
    material.fill(0);
    input.fill(0);
  }
}
