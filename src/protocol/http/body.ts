import type { IncomingMessage } from 'node:http';
import { KmsError } from '../../domain/index.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/**
 * Bytes of an oversized body that are still read and discarded, so that a client that is still
 * sending receives the error.
 */
const MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES;
/** Limit of all bodies that are being read, so that slow clients cannot exhaust memory. */
const MAX_BUFFERED_BYTES = 256 * MAX_BODY_BYTES;

const EMPTY = Buffer.alloc(0);

/** Reads the bodies of requests, within a limit on their total size. */
export class BodyReader {
  #buffered = 0;

  /**
   * Resolves to a request's body, or to undefined if the client disconnects before its end. Rejects
   * with RequestEntityTooLargeException, or with ServiceUnavailableException if the total limit is
   * reached.
   */
  read(request: IncomingMessage): Promise<Buffer | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
    let chunks: Buffer[] = [];
    let length = 0;
    let buffered = 0;
    const release = (): void => {
      this.#buffered -= buffered;
      buffered = 0;
      chunks = [];
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES || this.#buffered + chunk.length > MAX_BUFFERED_BYTES) {
        release();
        if (length <= MAX_BODY_BYTES)
          reject(
            new KmsError(
              'ServiceUnavailableException',
              'Too many requests are being sent. Try again.',
            ),
          );
        if (length > MAX_BODY_BYTES + MAX_DISCARDED_BYTES) reject(tooLarge());
        return;
      }
      chunks.push(chunk);
      buffered += chunk.length;
      this.#buffered += chunk.length;
    });
    request.on('end', () => {
      if (length > MAX_BODY_BYTES) reject(tooLarge());
      else resolve(joined(chunks, length));
      release();
    });
    request.on('error', () => {
      release();
      resolve(undefined);
    });
    return promise;
  }
}

function joined(chunks: readonly Buffer[], length: number): Buffer {
  // Almost every request arrives in one piece.
  if (chunks.length === 1) return chunks[0] ?? EMPTY;
  return Buffer.concat(chunks, length);
}

function tooLarge(): KmsError {
  return new KmsError(
    'RequestEntityTooLargeException',
    `The request is larger than ${MAX_BODY_BYTES} bytes.`,
  );
}
