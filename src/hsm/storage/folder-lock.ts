import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Error for a folder that another process uses. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

export interface FolderLock {
  release(): void;
}

/**
 * Locks an HSM's folder against all other processes. The kernel releases the lock when the process
 * ends, for whatever reason.
 */
export function lockFolder(folder: string): FolderLock {
  // SQLite's lock is the only advisory file lock that Node offers. Nothing is ever written to this
  // file.
  const file = new DatabaseSync(join(folder, 'lock'));
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    file.close();
    throw new FolderInUseError('another process uses this folder');
  }
  return { release: () => file.close() };
}
