/**
 * The one MessagePack codec of the HSM: frames, values in the database, and what lies inside sealed
 * records, clones and backups. Values are plain: maps with text keys, lists, text, bytes, numbers,
 * booleans, null. Encoding uses one extension type, msgpackr's for `undefined`. Decoding also
 * accepts msgpackr's others (dates, sets, errors, records).
 */
import { C1, Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr';

/**
 * Writes the length of every map as 16 bits. Stored values have this form: their bytes must not
 * change.
 */
const valuePacker = new Packr({ useRecords: false });
/** Writes the length of a map as short as it can be. Frames have this form. */
const framePacker = new Packr({ useRecords: false, variableMapSize: true });
const unpacker = new Unpackr({ useRecords: false, mapsAsObjects: true });

/** Encodes a value that is stored or sealed. */
export function packValue(value: unknown): Buffer {
  return valuePacker.pack(value);
}

/** Encodes the body of a frame, behind `headerBytes` bytes (at most 255) that the caller fills. */
export function packFrame(message: unknown, headerBytes: number): Buffer {
  return framePacker.pack(message, RESERVE_START_SPACE | headerBytes);
}

/**
 * Decodes one value of either form. Byte strings are views of `bytes`. Throws if it is not
 * MessagePack.
 */
export function unpackValue(bytes: Uint8Array): unknown {
  const value: unknown = unpacker.unpack(bytes);
  // msgpackr returns this for 0xc1, the one byte that MessagePack never uses.
  if (value === C1) throw new TypeError('not MessagePack');
  return value;
}
