import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Keyhold's data folder, which only one Keyhold uses at a time. */
export interface DataFolder extends Disposable {
  readonly path: string;
  file(name: string): string;
}

/** A failure at the start that the person can do something about. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Makes the folder unless it is there, and takes it: until disposed of, or until the process ends, however it ends. */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  const lock = takeLock(path);
  return { path, file: (name) => join(path, name), [Symbol.dispose]: () => lock.close() };
}

/** SQLite's exclusive lock is one of the operating system's, which goes with its process; Node itself offers none. */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, 'lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    return lock;
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && error.message.includes('locked'))) throw error;
    throw new StartError(
      `a Keyhold is already running on ${path}; stop it first, or name another folder with --data`,
    );
  }
}
