/** Size of the buffer between two values. It grows for a larger value only. */
const KEPT_BYTES = 64 * 1024;
/** Maximum size of a number, or of what is written before the content of another value. */
const MAX_HEAD_BYTES = 9;
/** Length up to which a loop writes an ASCII text faster than a call of `Buffer.write`. */
const SHORT_TEXT_CHARS = 24;
/** Maximum number of UTF-8 bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_CHAR = 3;

/**
 * Writes values as MessagePack. A member that is `undefined` is left out, and an element that is
 * `undefined` becomes null, as in JSON.
 */
export class Encoder {
  /** True if the length of a map takes as few bytes as possible, false if it takes 16 bits. */
  readonly #shortMaps: boolean;
  #target = Buffer.allocUnsafeSlow(KEPT_BYTES);
  #at = 0;
  #nodes = 0;

  constructor(options: { readonly shortMaps: boolean }) {
    this.#shortMaps = options.shortMaps;
  }

  /** The number of values in what was encoded last, counted as a decoder counts them. */
  get nodes(): number {
    return this.#nodes;
  }

  /**
   * Encodes a value, behind `headerBytes` bytes that the caller fills.
   *
   * @throws TypeError if the codec has no such value.
   */
  encode(value: unknown, headerBytes = 0): Buffer {
    this.#at = headerBytes;
    this.#nodes = 0;
    this.#write(value);
    const encoded = Buffer.allocUnsafe(this.#at);
    this.#target.copy(encoded, 0, 0, this.#at);
    if (this.#target.length > KEPT_BYTES) this.#target = Buffer.allocUnsafeSlow(KEPT_BYTES);
    return encoded;
  }

  #write(value: unknown): void {
    this.#nodes += 1;
    switch (typeof value) {
      case 'string':
        return this.#writeText(value);
      case 'number':
        return this.#writeNumber(value);
      case 'boolean':
        return this.#writeByte(value ? 0xc3 : 0xc2);
      case 'undefined':
        return this.#writeByte(0xc0);
      case 'object':
        if (value === null) return this.#writeByte(0xc0);
        if (value instanceof Uint8Array) return this.#writeBytes(value);
        if (Array.isArray(value)) return this.#writeList(value);
        return this.#writeMap(value as Readonly<Record<string, unknown>>);
      case 'bigint':
      case 'function':
      case 'symbol':
        throw new TypeError(`a ${typeof value} has no MessagePack`);
    }
  }

  #writeByte(byte: number): void {
    this.#reserve(1);
    this.#target[this.#at++] = byte;
  }

  #writeNumber(value: number): void {
    this.#reserve(MAX_HEAD_BYTES);
    if (value >>> 0 === value) this.#writeUnsigned(value);
    else if (value >> 0 === value) this.#writeNegative(value);
    else {
      this.#target[this.#at] = 0xcb;
      this.#at = this.#target.writeDoubleBE(value, this.#at + 1);
    }
  }

  #writeUnsigned(value: number): void {
    if (value < 0x80) this.#target[this.#at++] = value;
    else this.#writeSized(value, 0xcc, 0xcd, 0xce);
  }

  #writeNegative(value: number): void {
    const target = this.#target;
    if (value >= -0x20) target[this.#at++] = value & 0xff;
    else if (value >= -0x80) {
      target[this.#at] = 0xd0;
      this.#at = target.writeInt8(value, this.#at + 1);
    } else if (value >= -0x8000) {
      target[this.#at] = 0xd1;
      this.#at = target.writeInt16BE(value, this.#at + 1);
    } else {
      target[this.#at] = 0xd2;
      this.#at = target.writeInt32BE(value, this.#at + 1);
    }
  }

  #writeText(text: string): void {
    const { length } = text;
    this.#reserve(MAX_HEAD_BYTES + length * MAX_BYTES_PER_CHAR);
    if (length <= SHORT_TEXT_CHARS && this.#writeShortAscii(text)) return;
    const bytes = Buffer.byteLength(text);
    if (bytes < 0x20) this.#target[this.#at++] = 0xa0 | bytes;
    else this.#writeSized(bytes, 0xd9, 0xda, 0xdb);
    this.#at += this.#target.write(text, this.#at, 'utf8');
  }

  /** Returns false, and has written nothing, if the text is not ASCII. */
  #writeShortAscii(text: string): boolean {
    const { length } = text;
    const target = this.#target;
    const start = this.#at + 1;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      target[start + index] = code;
    }
    target[this.#at] = 0xa0 | length;
    this.#at = start + length;
    return true;
  }

  #writeBytes(bytes: Uint8Array): void {
    this.#reserve(MAX_HEAD_BYTES + bytes.length);
    this.#writeSized(bytes.length, 0xc4, 0xc5, 0xc6);
    this.#target.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #writeList(list: readonly unknown[]): void {
    this.#reserve(MAX_HEAD_BYTES);
    if (list.length < 0x10) this.#target[this.#at++] = 0x90 | list.length;
    else this.#writeSized(list.length, undefined, 0xdc, 0xdd);
    for (const element of list) this.#write(element);
  }

  #writeMap(map: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(map);
    let size = 0;
    for (const name of names) if (map[name] !== undefined) size += 1;
    this.#reserve(MAX_HEAD_BYTES);
    if (this.#shortMaps && size < 0x10) this.#target[this.#at++] = 0x80 | size;
    else this.#writeSized(size, undefined, 0xde, 0xdf);
    for (const name of names) {
      const value = map[name];
      if (value === undefined) continue;
      if (name === '__proto__') throw new TypeError('a map must not have the name __proto__');
      this.#writeText(name);
      this.#write(value);
    }
  }

  /** Writes a length or number behind the first type that has room for it: 8, 16 or 32 bits. */
  #writeSized(value: number, type8: number | undefined, type16: number, type32: number): void {
    const target = this.#target;
    if (value < 0x100 && type8 !== undefined) {
      target[this.#at++] = type8;
      target[this.#at++] = value;
    } else if (value < 0x1_0000) {
      target[this.#at++] = type16;
      target[this.#at++] = value >> 8;
      target[this.#at++] = value & 0xff;
    } else {
      target[this.#at] = type32;
      this.#at = target.writeUInt32BE(value, this.#at + 1);
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#target.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#target.length));
    this.#target.copy(larger, 0, 0, this.#at);
    this.#target = larger;
  }
}
