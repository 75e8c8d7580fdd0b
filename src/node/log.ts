import { destination, pino } from 'pino';
import type { Logger } from '../base/index.ts';
import type { LogLevel } from './options.ts';

/**
 * Opens the operators' log: JSON lines appended to `file`, which only its owner can read. Written
 * synchronously, so that entries survive kill -9.
 */
export function openLog(file: string, level: LogLevel): Logger {
  return pino(
    { level, base: null },
    destination({ dest: file, append: true, sync: true, mode: 0o600 }),
  );
}
