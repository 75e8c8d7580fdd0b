import { HsmError } from './wire/index.ts';

/** Bytes; a cluster full of keys with the longest labels stays below. */
const MAX_BACKUP_BYTES = 64 * 1024 * 1024;

/** A backup that comes in pieces. */
export class BackupUpload {
  #pieces: Buffer[] = [];
  #size = 0;

  /** `offset` 0 begins anew; otherwise it is where the piece before ended. */
  write(offset: number, bytes: Uint8Array): void {
    if (offset === 0) this.take();
    if (offset !== this.#size)
      throw new HsmError('invalid-argument', `the next piece begins at ${this.#size}`);
    if (this.#size + bytes.length > MAX_BACKUP_BYTES)
      throw new HsmError('limit-exceeded', 'the backup is too long');
    this.#pieces.push(Buffer.from(bytes));
    this.#size += bytes.length;
  }

  /** All that has come; and forgets it. */
  take(): Buffer {
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    return whole;
  }
}

/** A piece of a backup that goes out. */
export function readPiece(file: Uint8Array, offset: number): Uint8Array {
  if (offset > file.length)
    throw new HsmError('invalid-argument', `the backup ends at ${file.length}`);
  return file.subarray(offset, offset + PIECE_BYTES);
}

/** Bytes that fit a frame. */
const PIECE_BYTES = 512 * 1024;
