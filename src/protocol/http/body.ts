import type { IncomingMessage } from 'node:http';
import { FairShares } from '../../base/index.ts';
import { KmsError } from '../../domain/index.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/**
 * Bytes of an oversized body that are still read and discarded, so that a client that is still
 * sending receives the error.
 */
const MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES;
/** Limit of all bodies that are being read, so that slow clients cannot exhaust memory. */
const MAX_BUFFERED_BYTES = 256 * MAX_BODY_BYTES;
/**
 * Maximum number of pieces in which a body arrives. Enough for 1 MiB in TCP segments of the least
 * size that IPv4 guarantees. Each piece costs far more than its bytes.
 */
const MAX_PIECES = 2_048;

const EMPTY = Buffer.alloc(0);

/**
 * Reads the bodies of requests, within a limit on their total size. When it is reached, the address
 * whose bodies take the most loses its oldest one.
 */
export class BodyReader {
  readonly #shares = new FairShares<Body>(MAX_BUFFERED_BYTES);

  /**
   * Resolves to a request's body, or to undefined if the client disconnects before its end.
   * `address` is the client's. Rejects with RequestEntityTooLargeException, or with
   * ServiceUnavailableException if the total limit is reached.
   */
  read(request: IncomingMessage, address: string): Promise<Buffer | undefined> {
    const body = new Body((bytes) => {
      if (bytes === 0) this.#shares.release(body, address);
      else this.#shares.take(body, address, bytes);
      for (let surplus = this.#shares.surplus; surplus; surplus = this.#shares.surplus)
        surplus.refuse(
          new KmsError(
            'ServiceUnavailableException',
            'Too many requests are being sent. Try again.',
          ),
        );
    });
    request.on('data', (chunk: Buffer) => body.add(chunk));
    request.on('end', () => body.end());
    request.on('error', () => body.abandon());
    return body.whole;
  }
}

/** One body that is being read. */
class Body {
  readonly whole: Promise<Buffer | undefined>;
  readonly #resolve: (body: Buffer | undefined) => void;
  readonly #reject: (error: KmsError) => void;
  /** Is called with the number of bytes that are held in addition, or with 0 if none are held. */
  readonly #onHeld: (bytes: number) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  #pieces = 0;
  #refused = false;

  constructor(onHeld: (bytes: number) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
    this.whole = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onHeld = onHeld;
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length;
    this.#pieces += 1;
    if (this.#pieces > MAX_PIECES) this.refuse(tooManyPieces());
    if (this.#length > MAX_BODY_BYTES) this.#release();
    if (this.#length > MAX_BODY_BYTES + MAX_DISCARDED_BYTES) this.refuse(tooLarge());
    if (this.#refused || this.#length > MAX_BODY_BYTES) return;
    this.#chunks.push(chunk);
    this.#onHeld(chunk.length);
  }

  end(): void {
    if (this.#length > MAX_BODY_BYTES) this.refuse(tooLarge());
    else this.#resolve(joined(this.#chunks, this.#length));
    this.#release();
  }

  /** The client has disconnected. */
  abandon(): void {
    this.#resolve(undefined);
    this.#release();
  }

  refuse(error: KmsError): void {
    this.#refused = true;
    this.#reject(error);
    this.#release();
  }

  #release(): void {
    this.#chunks = [];
    this.#onHeld(0);
  }
}

function joined(chunks: readonly Buffer[], length: number): Buffer {
  // Almost every request arrives in one piece.
  if (chunks.length === 1) return chunks[0] ?? EMPTY;
  return Buffer.concat(chunks, length);
}

function tooManyPieces(): KmsError {
  return new KmsError(
    'RequestEntityTooLargeException',
    `The request arrived in more than ${MAX_PIECES} pieces.`,
  );
}

function tooLarge(): KmsError {
  return new KmsError(
    'RequestEntityTooLargeException',
    `The request is larger than ${MAX_BODY_BYTES} bytes.`,
  );
}
