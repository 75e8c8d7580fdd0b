/**
 * Maximum size of a serialized encryption context, in bytes. AWS publishes only one figure: the
 * size that an XKS proxy must accept.
 */
export const MAX_CONTEXT_BYTES = 8_192;

const EMPTY = new Uint8Array(0);
const LENGTH_BYTES = 4;

/**
 * Serializes an encryption context to a canonical byte string: pairs ordered by the code units of
 * their names, each name and value as a 4-byte big-endian length and UTF-8. Absent and `{}` are the
 * same. Distinct contexts never collide, because every part carries its length.
 */
export function serializeContext(
  context: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  if (context === undefined) return EMPTY;
  const names = Object.keys(context);
  if (names.length === 0) return EMPTY;
  names.sort();
  let length = 0;
  for (const name of names)
    length += 2 * LENGTH_BYTES + Buffer.byteLength(name) + Buffer.byteLength(context[name] ?? '');
  const serialized = Buffer.allocUnsafe(length);
  let end = 0;
  for (const name of names) {
    end = append(serialized, end, name);
    end = append(serialized, end, context[name] ?? '');
  }
  return serialized;
}

/** Writes a string, prefixed with its length. Returns the end offset. */
function append(target: Buffer, start: number, text: string): number {
  const written = target.write(text, start + LENGTH_BYTES, 'utf8');
  target.writeUInt32BE(written, start);
  return start + LENGTH_BYTES + written;
}
