import { HsmError, type BackupHeader } from './wire/index.ts';

/** More than the backup of a cluster that is full of keys with the longest labels. */
const MAX_BACKUP_BYTES = 64 * 1024 * 1024;

/** A backup that is uploaded in pieces. */
export class BackupUpload {
  #pieces: Buffer[] = [];
  #size = 0;
  #awaitsShares: BackupHeader | undefined;

  /**
   * Header of a backup that the control plane has uploaded and that opens only with recovery
   * shares. It stays until it is restored or another upload starts.
   */
  get awaitsShares(): BackupHeader | undefined {
    return this.#awaitsShares;
  }

  /** Keeps the uploaded backup until its recovery shares are given. */
  awaitShares(header: BackupHeader): void {
    this.#awaitsShares = header;
  }

  /**
   * Adds a piece. `offset` 0 starts a new upload. Otherwise `offset` is the end of the previous
   * piece.
   */
  write(offset: number, bytes: Uint8Array): void {
    if (offset === 0) this.discard();
    if (offset !== this.#size)
      throw new HsmError('invalid-argument', `the next piece must start at ${this.#size}`);
    if (this.#size + bytes.length > MAX_BACKUP_BYTES)
      throw new HsmError('limit-exceeded', 'the backup is too long');
    this.#pieces.push(Buffer.from(bytes));
    this.#size += bytes.length;
  }

  /** Returns the uploaded backup and forgets it, unless it waits for shares. */
  take(): Buffer {
    const whole = this.read();
    if (!this.#awaitsShares) this.discard();
    return whole;
  }

  /** Returns the uploaded backup. */
  read(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  discard(): void {
    this.#pieces = [];
    this.#size = 0;
    this.#awaitsShares = undefined;
  }
}

/** Returns the piece of a backup at `offset`. Empty at the end. */
export function readPiece(file: Uint8Array, offset: number): Uint8Array {
  if (offset > file.length)
    throw new HsmError('invalid-argument', `the backup ends at ${file.length}`);
  return file.subarray(offset, offset + PIECE_BYTES);
}

/** Fits in a frame. */
const PIECE_BYTES = 512 * 1024;
