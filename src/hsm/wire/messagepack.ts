/**
 * The only MessagePack codec of the HSM: for frames, for values in the database, and for the
 * contents of sealed records, clones and backups. Values are plain: maps with string keys, arrays,
 * strings, bytes, numbers, booleans, null. Encoding uses one extension type, msgpackr's for
 * `undefined`. Decoding also accepts msgpackr's other ones (dates, sets, errors, records).
 */
// From these entry points, because `msgpackr` itself loads the native add-on `msgpackr-extract`.
import { Packr, RESERVE_START_SPACE } from 'msgpackr/pack';
import { Unpackr } from 'msgpackr/unpack';

/**
 * Encodes the length of every map in 16 bits. Used for stored values, whose bytes must not change.
 */
const valuePacker = new Packr({ useRecords: false });
/** Encodes the length of a map as compactly as possible. Used for frames. */
const framePacker = new Packr({ useRecords: false, variableMapSize: true });
const unpacker = new Unpackr({ useRecords: false, mapsAsObjects: true });
/** The decoder's result for 0xc1, the one byte that MessagePack never uses. */
const UNUSED_BYTE: unknown = unpacker.unpack(Uint8Array.of(0xc1));

/** Encodes a value that is stored or sealed. */
export function packValue(value: unknown): Buffer {
  return valuePacker.pack(value);
}

/** Encodes the body of a frame after `headerBytes` bytes (at most 255), which the caller fills. */
export function packFrame(message: unknown, headerBytes: number): Buffer {
  return framePacker.pack(message, RESERVE_START_SPACE | headerBytes);
}

/**
 * Decodes one value of either encoding. Byte strings are views of `bytes`. Throws if it is not
 * MessagePack.
 */
export function unpackValue(bytes: Uint8Array): unknown {
  const value: unknown = unpacker.unpack(bytes);
  if (value === UNUSED_BYTE) throw new TypeError('not MessagePack');
  return value;
}
