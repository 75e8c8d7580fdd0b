/** A key inside an engine; what is in it is the engine's own business. */
export interface EngineKey {
  /** Bytes. */
  readonly length: number;
  /** `0x` and 6 hex digits. */
  readonly checkValue: string;
}

/**
 * All cryptography with keys. Synchronous: a message takes microseconds, and waiting for it would cost more.
 * What does not open throws `BrokenSealError`.
 */
export interface Engine<Key extends EngineKey = EngineKey> {
  /** A new AES key of 16, 24 or 32 bytes. */
  generate(length: number): Key;
  /** The key's material as it may be sealed into a record, and back. */
  exportMaterial(key: Key): Uint8Array;
  importMaterial(material: Uint8Array): Key;
  /** AES-256-GCM under a key derived for this one message: nonce, IV, ciphertext, tag. */
  encrypt(key: Key, plaintext: Uint8Array, aad: Uint8Array): Uint8Array;
  decrypt(key: Key, ciphertext: Uint8Array, aad: Uint8Array): Uint8Array;
  /** AES key wrap with padding (RFC 5649). */
  wrap(wrappingKey: Key, key: Key): Uint8Array;
  unwrap(wrappingKey: Key, wrapped: Uint8Array): Key;
  random(length: number): Uint8Array;
}
