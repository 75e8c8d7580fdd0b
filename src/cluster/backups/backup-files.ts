import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere, writeFileDurably } from '../../base/index.ts';
import { decodeBackupFile, type BackupHeader } from '../../hsm/wire/index.ts';

/** Bytes of a piece that an HSM takes at a time. */
const PIECE_BYTES = 512 * 1024;

/** The sealed files of backups: `<folder>/<backupId>.backup`, for their owner only. Nothing here can open them. */
export class BackupFiles {
  readonly #folder: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
  }

  /** Keeps what `read` gives, piece by piece until an empty one; it is on disk when this resolves. */
  async save(backupId: string, read: (offset: number) => Promise<Uint8Array>): Promise<void> {
    const pieces: Uint8Array[] = [];
    for (let offset = 0; ; offset += pieces.at(-1)?.length ?? 0) {
      const piece = await read(offset);
      if (piece.length === 0) break;
      pieces.push(piece);
    }
    writeFileDurably(this.#path(backupId), Buffer.concat(pieces));
  }

  /** Hands the file to `write`, piece by piece. */
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

  /** What the file says of itself to those who can't open it; undefined if it is damaged or gone. */
  header(backupId: string): BackupHeader | undefined {
    const file = readFileIfThere(this.#path(backupId));
    return file && decodeBackupFile(file)?.header;
  }

  #read(backupId: string): Buffer {
    const file = readFileIfThere(this.#path(backupId));
    if (!file) throw new Error(`the file of ${backupId} is gone`);
    return file;
  }

  #path(backupId: string): string {
    return join(this.#folder, `${backupId}.backup`);
  }
}
