/** More than this, serialised, is refused: what an XKS proxy must accept is the only figure that AWS publishes. */
export const MAX_CONTEXT_BYTES = 8_192;

const EMPTY = new Uint8Array(0);

/**
 * The one byte string that stands for an encryption context: pairs in the order of their names' code units, each name
 * and value as a 4-byte big-endian length and UTF-8. Absent and `{}` are the same. Distinct contexts never collide,
 * because every part carries its length.
 */
export function serializeContext(context: Readonly<Record<string, string>> | undefined): Uint8Array {
  if (context === undefined) return EMPTY;
  const names = Object.keys(context);
  if (names.length === 0) return EMPTY;
  names.sort();
  const parts: Buffer[] = [];
  for (const name of names) {
    for (const text of [name, context[name] ?? '']) {
      const bytes = Buffer.from(text, 'utf8');
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32BE(bytes.length);
      parts.push(length, bytes);
    }
  }
  return Buffer.concat(parts);
}
