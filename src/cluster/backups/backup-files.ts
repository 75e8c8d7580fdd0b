import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere, writeFileDurably } from '../../base/index.ts';
import { decodeBackupFile, type BackupHeader } from '../../hsm/wire/index.ts';

/** Size of the pieces in which a backup file is sent to an HSM, in bytes. */
const PIECE_BYTES = 512 * 1024;
/** Maximum size of a file. An HSM would not restore a larger one. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/**
 * The sealed files of backups, `<folder>/<backupId>.backup`, readable only by their owner. Only
 * HSMs can open them.
 */
export class BackupFiles {
  readonly #folder: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
  }

  /** Saves the pieces that `read` returns, until an empty one. The file is durable on return. */
  async save(backupId: string, read: (offset: number) => Promise<Uint8Array>): Promise<void> {
    const pieces: Uint8Array[] = [];
    for (let offset = 0; ; offset += pieces.at(-1)?.length ?? 0) {
      const piece = await read(offset);
      if (!(piece instanceof Uint8Array) || offset + piece.length > MAX_FILE_BYTES)
        throw new Error(`the HSM sent a backup of more than ${MAX_FILE_BYTES} bytes`);
      if (piece.length === 0) break;
      pieces.push(piece);
    }
    writeFileDurably(this.#path(backupId), Buffer.concat(pieces));
  }

  /** Passes the file to `write`, piece by piece. */
  async send(
    backupId: string,
    write: (piece: { readonly offset: number; readonly bytes: Uint8Array }) => Promise<unknown>,
  ): Promise<void> {
    const file = this.#read(backupId);
    for (let offset = 0; offset === 0 || offset < file.length; offset += PIECE_BYTES) {
      await write({ offset, bytes: file.subarray(offset, offset + PIECE_BYTES) });
    }
  }

  copy(backupId: string, copyId: string): void {
    writeFileDurably(this.#path(copyId), this.#read(backupId));
  }

  remove(backupId: string): void {
    rmSync(this.#path(backupId), { force: true });
  }

  /** Returns the file's unencrypted header. Undefined if the file is damaged or missing. */
  header(backupId: string): BackupHeader | undefined {
    const file = readFileIfThere(this.#path(backupId));
    return file && decodeBackupFile(file)?.header;
  }

  #read(backupId: string): Buffer {
    const file = readFileIfThere(this.#path(backupId));
    if (!file) throw new Error(`the file of ${backupId} is missing`);
    return file;
  }

  #path(backupId: string): string {
    return join(this.#folder, `${backupId}.backup`);
  }
}
