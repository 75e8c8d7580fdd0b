import type { IncomingMessage } from 'node:http';
import { KmsError } from '../domain/index.ts';

/** Bytes. */
export const MAX_BODY = 1024 * 1024;
/** How much more is read and dropped, so that a client that is still sending gets to see the refusal. */
const MAX_DROPPED = 8 * MAX_BODY;

const EMPTY = Buffer.alloc(0);

/** Reads a request's body; undefined if the client goes away before its end. Throws RequestEntityTooLargeException. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  let chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
    else chunks = [];
    if (length > MAX_BODY + MAX_DROPPED) reject(tooLarge());
  });
  request.on('end', () => {
    if (length > MAX_BODY) reject(tooLarge());
    else resolve(joined(chunks, length));
  });
  request.on('error', () => resolve(undefined));
  return promise;
}

function joined(chunks: readonly Buffer[], length: number): Buffer {
  // Nearly every request comes in one piece.
  if (chunks.length === 1) return chunks[0] ?? EMPTY;
  return Buffer.concat(chunks, length);
}

function tooLarge(): KmsError {
  return new KmsError('RequestEntityTooLargeException', `The request is larger than ${MAX_BODY} bytes.`);
}
