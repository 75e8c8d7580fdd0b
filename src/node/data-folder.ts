import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Keyhold's data folder. Only one process uses it at a time. */
export interface DataFolder extends Disposable {
  readonly path: string;
  file(name: string): string;
}

/** A failed start that the operator can correct. The message says how. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * Creates the folder if needed and locks it until disposal, or until the process ends. Throws
 * StartError if another process holds the lock.
 */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  const lock = takeLock(path);
  return { path, file: (name) => join(path, name), [Symbol.dispose]: () => lock.close() };
}

/**
 * SQLite's exclusive lock is a lock of the operating system and ends with the process. Node has no
 * file locks of its own.
 */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, 'lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    return lock;
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && error.message.includes('locked'))) throw error;
    throw new StartError(
      `Keyhold is already running on ${path}; stop it, or choose another folder with --data`,
    );
  }
}
