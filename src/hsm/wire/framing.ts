/**
 * Framing on TLS and on the control channel: a 4-byte big-endian length, then that many bytes of
 * MessagePack (`messagepack.ts`). Decoded bytes are `Buffer`s.
 */
import type { Writable } from 'node:stream';
import type { HsmErrorCode } from './errors.ts';
import type { ControlEvent } from './control.ts';
import { packFrame, unpackFrame } from './messagepack.ts';

/** Maximum body length of a frame. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/**
 * Maximum body length before login. Bounds what an unauthenticated client can make an HSM hold in
 * memory.
 */
export const MAX_UNAUTHENTICATED_FRAME_BYTES = 16 * 1024;
/** High-water mark of the write buffer. Above it, no further requests are read. */
export const HIGH_WATER_BYTES = 4 * MAX_FRAME_BYTES;
/** The same before login, where answers are short. */
export const UNAUTHENTICATED_HIGH_WATER_BYTES = 64 * 1024;
/**
 * A frame's limit in bytes, divided by this, limits its values, because a value of one byte costs
 * far more than a byte to decode and to hold.
 */
const MIN_BYTES_PER_NODE = 16;
const HEADER_BYTES = 4;
/** Longer than any message of an error. The sender decides what is logged and shown. */
const MAX_ERROR_CHARS = 2_000;

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

/** Returns the frame as a request. Throws `FramingError` if it is anything else. */
export function requestOf(frame: unknown): RequestFrame {
  if (typeof frame !== 'object' || frame === null) throw new FramingError('frame is not a request');
  const { id, op, in: input } = { id: undefined, op: undefined, in: undefined, ...frame };
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || typeof op !== 'string')
    throw new FramingError('frame is not a request');
  return { id, op, in: input };
}

/** Returns the frame as a reply. Throws `FramingError` if it is anything else. */
export function replyOf(frame: unknown): ReplyFrame {
  if (typeof frame !== 'object' || frame === null) throw new FramingError('frame is not a reply');
  const { id, out, error } = { id: undefined, out: undefined, error: undefined, ...frame };
  if (typeof id !== 'number' || !Number.isSafeInteger(id))
    throw new FramingError('frame is not a reply');
  return error === undefined ? { id, out } : { id, error: errorOf(error) };
}

function errorOf(error: unknown): { readonly code: HsmErrorCode; readonly message: string } {
  const { code, message }: { code?: unknown; message?: unknown } =
    typeof error === 'object' && error !== null ? error : {};
  if (typeof code !== 'string' || typeof message !== 'string')
    throw new FramingError('frame is not a reply');
  // A newer HSM may have codes that this version does not know. Callers treat them like those for
  // which they have no special case.
  return { code: code as HsmErrorCode, message: message.slice(0, MAX_ERROR_CHARS) };
}

/** Encodes one frame, with header and body. */
export function encodeFrame(message: Frame): Buffer {
  const frame = packFrame(message, HEADER_BYTES, maxNodes(MAX_FRAME_BYTES));
  if (!frame) throw new FramingError('frame has too many values');
  const length = frame.length - HEADER_BYTES;
  if (length > MAX_FRAME_BYTES) throw new FramingError(`frame of ${length} bytes is too long`);
  frame.writeUInt32BE(length, 0);
  return frame;
}

/** Writes all frames of one turn of the event loop with one system call. */
export class FrameWriter {
  /** High-water mark in bytes. Can be changed at any time. */
  highWater = HIGH_WATER_BYTES;
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
    return this.#waitingBytes + this.#stream.writableLength > this.highWater;
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
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  /** Body of the frame that has not arrived in full. */
  #body: Buffer | undefined;
  #bodyBytes = 0;

  constructor(limit: number = MAX_FRAME_BYTES) {
    this.limit = limit;
  }

  /** Returns the messages that `chunk` completes. Throws `FramingError`. */
  feed(chunk: Buffer): unknown[] {
    const messages: unknown[] = [];
    for (let at = 0; ;) {
      if (this.#body) {
        // Copied, not collected: many small pieces would take far more memory than their bytes.
        const copied = chunk.copy(this.#body, this.#bodyBytes, at);
        at += copied;
        this.#bodyBytes += copied;
        if (this.#bodyBytes < this.#body.length) return messages;
        messages.push(this.#decode(this.#body));
        this.#body = undefined;
      }
      const copied = chunk.copy(this.#header, this.#headerBytes, at);
      at += copied;
      this.#headerBytes += copied;
      if (this.#headerBytes < HEADER_BYTES) return messages;
      this.#headerBytes = 0;
      const length = this.#header.readUInt32BE(0);
      if (length > this.limit) throw new FramingError('frame is too long');
      if (chunk.length - at < length) {
        this.#body = Buffer.allocUnsafeSlow(length);
        this.#bodyBytes = 0;
      } else {
        messages.push(this.#decode(chunk.subarray(at, at + length)));
        at += length;
      }
    }
  }

  #decode(body: Buffer): unknown {
    try {
      return unpackFrame(body, maxNodes(this.limit));
    } catch {
      throw new FramingError('frame is not MessagePack');
    }
  }
}

/** Maximum number of values in a frame, for frames of at most `limit` bytes. */
function maxNodes(limit: number): number {
  return Math.ceil(limit / MIN_BYTES_PER_NODE);
}
