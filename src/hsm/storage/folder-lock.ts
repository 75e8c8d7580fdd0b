import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process works in the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

export interface FolderLock {
  release(): void;
}

/** Keeps all other processes out of an HSM's folder. The kernel lets go of it when the process ends, however it ends. */
export function lockFolder(folder: string): FolderLock {
  // SQLite's lock is the only advisory file lock that Node offers. Nothing is ever written to this file.
  const file = new DatabaseSync(join(folder, 'lock'));
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    file.close();
    throw new FolderInUseError('another process works in this folder');
  }
  return { release: () => file.close() };
}
