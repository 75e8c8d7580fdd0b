/**
 * The ciphertext blob: a version byte, the 32-byte ID of the material that encrypted, and the HSM's
 * ciphertext. KMS finds the key by the ID. The header is bound into the HSM's authentication tag,
 * so that a blob with a changed header never decrypts.
 */
const VERSION = 1;
const MATERIAL_ID_BYTES = 32;
const HEADER_BYTES = 1 + MATERIAL_ID_BYTES;

export interface CiphertextParts {
  /** 64 hex digits. */
  readonly materialId: string;
  readonly ciphertext: Uint8Array;
}

export function encodeCiphertextBlob(materialId: string, ciphertext: Uint8Array): Uint8Array {
  const blob = Buffer.allocUnsafe(HEADER_BYTES + ciphertext.length);
  blob[0] = VERSION;
  blob.write(materialId, 1, MATERIAL_ID_BYTES, 'hex');
  blob.set(ciphertext, HEADER_BYTES);
  return blob;
}

/** Splits a blob. Returns undefined if the bytes cannot be one of Keyhold's blobs. */
export function decodeCiphertextBlob(blob: Uint8Array): CiphertextParts | undefined {
  if (blob.length <= HEADER_BYTES || blob[0] !== VERSION) return undefined;
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  return {
    materialId: bytes.toString('hex', 1, HEADER_BYTES),
    ciphertext: bytes.subarray(HEADER_BYTES),
  };
}

/**
 * Returns the additional data that a ciphertext is bound to: blob version, material, KMS key and
 * encryption context. The key ID prevents decryption under another KMS key that was given the same
 * material.
 */
export function bindingOf(materialId: string, keyId: string, context: Uint8Array): Uint8Array {
  const id = Buffer.from(keyId, 'utf8');
  const binding = Buffer.allocUnsafe(HEADER_BYTES + 1 + id.length + context.length);
  binding[0] = VERSION;
  binding.write(materialId, 1, MATERIAL_ID_BYTES, 'hex');
  binding[HEADER_BYTES] = id.length;
  binding.set(id, HEADER_BYTES + 1);
  binding.set(context, HEADER_BYTES + 1 + id.length);
  return binding;
}
