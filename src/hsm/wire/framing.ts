/**
 * Framing on TLS and on the control channel: a 4-byte big-endian length, then that many bytes of
 * MessagePack (`messagepack.ts`). Decoded bytes are `Buffer`s.
 */
import type { Writable } from 'node:stream';
import type { HsmErrorCode } from './errors.ts';
import type { ControlEvent } from './control.ts';
import { packFrame, unpackValue } from './messagepack.ts';

/** Maximum body length of a frame. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/**
 * Maximum body length before login. Bounds what an unauthenticated client can make an HSM hold in
 * memory.
 */
export const MAX_UNAUTHENTICATED_FRAME_BYTES = 16 * 1024;
/** High-water mark of the write buffer. Above it, no further requests are read. */
const HIGH_WATER_BYTES = 4 * MAX_FRAME_BYTES;
const HEADER_BYTES = 4;

export interface RequestFrame {
  readonly id: number;
  readonly op: string;
  readonly in: unknown;
}
export type ReplyFrame =
  | { readonly id: number; readonly out: unknown }
  | {
      readonly id: number;
      readonly error: { readonly code: HsmErrorCode; readonly message: string };
    };
export type Frame = RequestFrame | ReplyFrame | ControlEvent;

/** The data is not the protocol. The connection cannot be used any more. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

/** Encodes one frame, with header and body. */
export function encodeFrame(message: Frame): Buffer {
  const frame = packFrame(message, HEADER_BYTES);
  const length = frame.length - HEADER_BYTES;
  if (length > MAX_FRAME_BYTES) throw new FramingError(`frame of ${length} bytes is too long`);
  frame.writeUInt32BE(length, 0);
  return frame;
}

/** Writes all frames of one turn of the event loop with one system call. */
export class FrameWriter {
  readonly #stream: Writable;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  readonly #flush = (): void => this.flush();

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Queues a frame. Does nothing if the stream is closed. */
  write(message: Frame): void {
    const frame = encodeFrame(message);
    if (this.#waiting.length === 0) setImmediate(this.#flush);
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
  }

  /**
   * True while the other side reads too slowly. The caller should stop reading until the stream's
   * `drain`.
   */
  get congested(): boolean {
    return this.#waitingBytes + this.#stream.writableLength > HIGH_WATER_BYTES;
  }

  /** Writes the queued frames now. */
  flush(): void {
    const frames = this.#waiting;
    if (frames.length === 0) return;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#stream.destroyed || this.#stream.writableEnded) return;
    this.#stream.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  }
}

/** Splits a stream of bytes into messages. */
export class FrameReader {
  /** Maximum body length. Can be changed at any time. */
  limit: number;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #wanted = HEADER_BYTES;

  constructor(limit: number = MAX_FRAME_BYTES) {
    this.limit = limit;
  }

  /** Returns the messages that `chunk` completes. Throws `FramingError`. */
  feed(chunk: Buffer): unknown[] {
    this.#restBytes += chunk.length;
    this.#rest.push(chunk);
    // Joined only once a whole frame has arrived. Otherwise a frame in many small pieces would be
    // copied for each of them.
    if (this.#restBytes < this.#wanted) return [];
    const bytes = this.#rest.length === 1 ? chunk : Buffer.concat(this.#rest);
    return this.#cut(bytes);
  }

  #cut(bytes: Buffer): unknown[] {
    const messages: unknown[] = [];
    let offset = 0;
    this.#wanted = HEADER_BYTES;
    while (bytes.length - offset >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(offset);
      if (length > this.limit) throw new FramingError('frame is too long');
      this.#wanted = HEADER_BYTES + length;
      if (bytes.length - offset < this.#wanted) break;
      messages.push(decodeBody(bytes.subarray(offset + HEADER_BYTES, offset + this.#wanted)));
      offset += this.#wanted;
      this.#wanted = HEADER_BYTES;
    }
    this.#rest = offset === bytes.length ? [] : [bytes.subarray(offset)];
    this.#restBytes = bytes.length - offset;
    return messages;
  }
}

function decodeBody(body: Buffer): unknown {
  try {
    return unpackValue(body);
  } catch {
    throw new FramingError('frame is not MessagePack');
  }
}
