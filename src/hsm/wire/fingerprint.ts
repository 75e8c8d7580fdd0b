/** Length of a fingerprint in hex digits: SHA-256 of the hardware key (SubjectPublicKeyInfo). */
const FINGERPRINT_DIGITS = 64;

/** Formats a fingerprint for people: groups of four hex digits, with hyphens between them. */
export function formatFingerprint(hex: string): string {
  return hex.match(/.{1,4}/g)?.join('-') ?? '';
}

/**
 * Reads a fingerprint with or without separators (hyphens, colons, spaces), in lower or upper case.
 * Returns undefined if it does not have 64 hex digits.
 */
export function parseFingerprint(text: string): string | undefined {
  const hex = text.replaceAll(/[-:\s]/g, '').toLowerCase();
  return hex.length === FINGERPRINT_DIGITS && /^[0-9a-f]+$/.test(hex) ? hex : undefined;
}
