/**
 * The one MessagePack codec of the HSM: frames, values in the database, and what lies inside sealed
 * records, clones and backups. The set of values is closed: maps with text keys, lists, text,
 * bytes, numbers, booleans and null. There are no extension types and no references.
 */
import { Decoder } from './messagepack-decoder.ts';
import { Encoder } from './messagepack-encoder.ts';

export { EncodingError } from './messagepack-decoder.ts';

/**
 * Writes the length of every map as 16 bits. Stored values have this form: their bytes must not
 * change.
 */
const valueEncoder = new Encoder({ shortMaps: false });
/** Writes the length of a map as short as possible. Frames have this form. */
const frameEncoder = new Encoder({ shortMaps: true });
const valueDecoder = new Decoder({ strict: false });
const frameDecoder = new Decoder({ strict: true });

/** Encodes a value that is stored or sealed. */
export function packValue(value: unknown): Buffer {
  return valueEncoder.encode(value);
}

/**
 * Decodes a value that was stored or sealed. Byte strings are views of `bytes`.
 *
 * @throws EncodingError
 */
export function unpackValue(bytes: Uint8Array): unknown {
  return valueDecoder.decode(bytes);
}

/**
 * Encodes the body of a frame, behind `headerBytes` bytes that the caller fills.
 *
 * @returns undefined if it has more than `maxNodes` values.
 */
export function packFrame(
  message: unknown,
  headerBytes: number,
  maxNodes: number,
): Buffer | undefined {
  const frame = frameEncoder.encode(message, headerBytes);
  return frameEncoder.nodes > maxNodes ? undefined : frame;
}

/**
 * Decodes the body of a frame, which anyone may have sent. Byte strings are views of `bytes`.
 *
 * @throws EncodingError if it is not one value, or has more than `maxNodes` values.
 */
export function unpackFrame(bytes: Uint8Array, maxNodes: number): unknown {
  return frameDecoder.decode(bytes, maxNodes);
}
