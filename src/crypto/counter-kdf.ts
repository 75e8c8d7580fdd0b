import { createHmac, type KeyObject } from 'node:crypto';

const BLOCK_BYTES = 32;

/**
 * Derives a key by SP 800-108 in counter mode with HMAC-SHA-256: 32-bit counter, label, a zero
 * byte, context, 32-bit length in bits. `bytes` is the length of the derived key.
 *
 * @example
 * ```ts
 * import { deriveKey, randomBytes, secretKey } from 'src/crypto/index.ts';
 *
 * const master = secretKey(randomBytes(32));
 * const context = Buffer.from('message 1');
 * const key = deriveKey(master, 'example', context, 32);
 * assert.deepEqual(key, deriveKey(master, 'example', context, 32));
 * assert.notDeepEqual(key, deriveKey(master, 'example', Buffer.from('message 2'), 32));
 * ```
 */
export function deriveKey(
  key: KeyObject,
  label: string,
  context: Uint8Array,
  bytes: number,
): Buffer {
  const input = fixedInput(label, context, bytes);
  const blocks: Buffer[] = [];
  for (let counter = 1; blocks.length * BLOCK_BYTES < bytes; counter += 1) {
    input.writeUInt32BE(counter, 0);
    blocks.push(createHmac('sha256', key).update(input).digest());
  }
  const [only] = blocks;
  return only && blocks.length === 1
    ? only.subarray(0, bytes)
    : Buffer.concat(blocks).subarray(0, bytes);
}

function fixedInput(label: string, context: Uint8Array, bytes: number): Buffer {
  const labelEnd = 4 + label.length;
  const input = Buffer.allocUnsafe(labelEnd + 1 + context.length + 4);
  input.write(label, 4, 'latin1');
  input[labelEnd] = 0;
  input.set(context, labelEnd + 1);
  input.writeUInt32BE(bytes * 8, labelEnd + 1 + context.length);
  return input;
}
