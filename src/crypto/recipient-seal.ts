import { createCipheriv, type KeyObject } from 'node:crypto';
import { randomBytes } from './random.ts';
import { rsaEncrypt } from './rsa-oaep.ts';

/** The parts of a CMS EnvelopedData (RFC 5652) for one recipient. */
export interface SealedForRecipient {
  /** An AES-256 key under RSAES-OAEP with SHA-256. */
  readonly encryptedKey: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  /** AES-256-CBC with PKCS#7 padding, as CMS wants it. */
  readonly encryptedContent: Uint8Array;
}

/** Encrypts so that only the holder of an RSA private key can read it. */
export function sealForRecipient(publicKey: KeyObject, content: Uint8Array): SealedForRecipient {
  const key = randomBytes(32);
  const iv = randomBytes(16);
  try {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const encryptedContent = Buffer.concat([cipher.update(content), cipher.final()]);
    return { encryptedKey: rsaEncrypt(publicKey, 'sha256', key), iv, encryptedContent };
  } finally {
    key.fill(0);
  }
}
