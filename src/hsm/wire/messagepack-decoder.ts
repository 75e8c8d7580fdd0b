import { isUtf8 } from 'node:buffer';

/** Maximum number of lists and maps around a value. Keyhold's own values have less than half. */
const MAX_DEPTH = 16;
/** Bytes up to which a loop reads an ASCII text faster than a call of `Buffer.utf8Slice`. */
const SHORT_TEXT_BYTES = 16;
/** Number of member names that are kept, so that the same name is not made again and again. */
const KEPT_NAMES = 1024;

/** The bytes are not one value of the codec. */
export class EncodingError extends TypeError {
  override readonly name = 'EncodingError';
}

/**
 * Reads one value of the closed set that Keyhold encodes: maps with text keys, lists, text, bytes,
 * numbers, booleans and null. Its work is bounded by the number of bytes: a length is checked
 * against the bytes that are left before anything is made of it, and there are no references
 * between values. Byte strings are views of the bytes.
 */
export class Decoder {
  readonly #strict: boolean;
  readonly #names: (string | undefined)[] = Array.from({ length: KEPT_NAMES }, () => undefined);
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** How many more values may be read. */
  #nodes = 0;

  /**
   * Unless `strict`, also reads what earlier builds may have stored: `undefined` as `d4 00` and one
   * byte, and text that is not UTF-8.
   */
  constructor({ strict }: { readonly strict: boolean }) {
    this.#strict = strict;
  }

  /**
   * Decodes bytes that hold at most `maxNodes` values, counting lists, maps and everything in them.
   *
   * @throws EncodingError if the bytes are anything but one value.
   */
  decode(bytes: Uint8Array, maxNodes = Number.POSITIVE_INFINITY): unknown {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#nodes = maxNodes;
    const value = this.#read(MAX_DEPTH);
    if (this.#at !== this.#bytes.length) throw new EncodingError('bytes follow the value');
    return value;
  }

  #read(depth: number): unknown {
    if ((this.#nodes -= 1) < 0) throw new EncodingError('too many values');
    const type = this.#readUnsigned(1);
    if (type < 0x80) return type;
    if (type < 0x90) return this.#readMap(type & 0x0f, depth);
    if (type < 0xa0) return this.#readList(type & 0x0f, depth);
    if (type < 0xc0) return this.#readText(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    return this.#readTyped(type, depth);
  }

  #readTyped(type: number, depth: number): unknown {
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#readBytes(this.#readUnsigned(1 << (type - 0xc4)));
      case 0xca:
        return this.#bytes.readFloatBE(this.#take(4));
      case 0xcb:
        return this.#bytes.readDoubleBE(this.#take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#readUnsigned(1 << (type - 0xcc));
      case 0xd0:
        return this.#bytes.readInt8(this.#take(1));
      case 0xd1:
        return this.#bytes.readInt16BE(this.#take(2));
      case 0xd2:
        return this.#bytes.readInt32BE(this.#take(4));
      case 0xd4:
        return this.#readUndefined();
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#readText(this.#readUnsigned(1 << (type - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#readList(this.#readUnsigned(2 << (type - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#readMap(this.#readUnsigned(2 << (type - 0xde)), depth);
      default:
        throw new EncodingError(`type 0x${type.toString(16)} is not accepted`);
    }
  }

  #readMap(size: number, depth: number): Record<string, unknown> {
    this.#expect(2 * size, depth);
    const map: Record<string, unknown> = {};
    for (let index = 0; index < size; index += 1) {
      const name = this.#readName();
      map[name] = this.#read(depth - 1);
    }
    return map;
  }

  #readList(size: number, depth: number): unknown[] {
    this.#expect(size, depth);
    const list: unknown[] = [];
    for (let index = 0; index < size; index += 1) list.push(this.#read(depth - 1));
    return list;
  }

  /** Checks that a list or map may be here, and that so many bytes are left for its elements. */
  #expect(bytes: number, depth: number): void {
    if (depth === 0) throw new EncodingError('lists and maps are too deep');
    if (bytes > this.#bytes.length - this.#at) throw new EncodingError('bytes are missing');
  }

  #readName(): string {
    const type = this.#readUnsigned(1);
    const name =
      type >= 0xa0 && type < 0xc0 ? this.#readShortName(type & 0x1f) : this.#readLongName(type);
    // Assigning to this member would not make a member.
    if (name === '__proto__') throw new EncodingError('the name __proto__ is not accepted');
    return name;
  }

  #readLongName(type: number): string {
    if (type < 0xd9 || type > 0xdb) throw new EncodingError('a name is not text');
    return this.#readText(this.#readUnsigned(1 << (type - 0xd9)));
  }

  /** Compares the bytes with a kept name, which is faster than a new text. */
  #readShortName(length: number): string {
    const bytes = this.#bytes;
    const start = this.#at;
    const slot = slotOf(length, bytes[start] ?? 0, bytes[start + length - 1] ?? 0);
    const kept = this.#names[slot];
    if (kept?.length === length && isAt(kept, bytes, start)) {
      this.#at = start + length;
      return kept;
    }
    return (this.#names[slot] = this.#readText(length));
  }

  #readText(length: number): string {
    const start = this.#take(length);
    if (length <= SHORT_TEXT_BYTES) {
      const text = shortAscii(this.#bytes, start, length);
      if (text !== undefined) return text;
    }
    const text = this.#bytes.toString('utf8', start, start + length);
    // What is not UTF-8 is replaced by this character, which a text can also contain.
    if (this.#strict && text.includes('\uFFFD') && !isUtf8(this.#bytes.subarray(start, this.#at)))
      throw new EncodingError('a text is not UTF-8');
    return text;
  }

  #readBytes(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #readUndefined(): undefined {
    const extension = this.#readUnsigned(1);
    this.#take(1);
    if (this.#strict || extension !== 0)
      throw new EncodingError('extension types are not accepted');
    return undefined;
  }

  #readUnsigned(size: number): number {
    const start = this.#take(size);
    return size === 1 ? (this.#bytes[start] ?? 0) : this.#bytes.readUIntBE(start, size);
  }

  /** Returns the position of the next `length` bytes and moves behind them. */
  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new EncodingError('bytes are missing');
    this.#at = start + length;
    return start;
  }
}

function slotOf(length: number, first: number, last: number): number {
  return (length * 31 + first * 7 + last * 131) % KEPT_NAMES;
}

function isAt(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}

/** Returns undefined if the bytes are not all ASCII. */
function shortAscii(bytes: Buffer, start: number, length: number): string | undefined {
  let text = '';
  for (let index = start; index < start + length; index += 1) {
    const byte = bytes[index];
    if (byte === undefined || byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
