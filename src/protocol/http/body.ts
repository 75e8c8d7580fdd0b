import type { IncomingMessage } from 'node:http';
import { KmsError } from '../../domain/index.ts';

/** Bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** How much more is read and dropped, so that a client that is still sending gets to see the refusal. */
const MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES;
/** Of all bodies together that are being read: clients that send slowly must not fill the memory. */
const MAX_BUFFERED_BYTES = 256 * MAX_BODY_BYTES;

const EMPTY = Buffer.alloc(0);

/** Reads requests' bodies, no more of them at a time than memory bears. */
export class BodyReader {
  #held = 0;

  /**
   * A request's body; undefined if the client goes away before its end. Throws RequestEntityTooLargeException, and
   * ServiceUnavailableException if too much is being read already.
   */
  read(request: IncomingMessage): Promise<Buffer | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
    let chunks: Buffer[] = [];
    let length = 0;
    let held = 0;
    const release = (): void => {
      this.#held -= held;
      held = 0;
      chunks = [];
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES || this.#held + chunk.length > MAX_BUFFERED_BYTES) {
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
      held += chunk.length;
      this.#held += chunk.length;
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
  // Nearly every request comes in one piece.
  if (chunks.length === 1) return chunks[0] ?? EMPTY;
  return Buffer.concat(chunks, length);
}

function tooLarge(): KmsError {
  return new KmsError(
    'RequestEntityTooLargeException',
    `The request is larger than ${MAX_BODY_BYTES} bytes.`,
  );
}
