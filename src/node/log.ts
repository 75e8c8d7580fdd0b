import { destination, pino } from 'pino';
import type { Logger } from '../base/index.ts';
import type { LogLevel } from './options.ts';

/** Operators' log: JSON lines appended to `file`, which only its owner may read. What was logged survives kill -9. */
export function openLog(file: string, level: LogLevel): Logger {
  return pino(
    { level, base: null },
    destination({ dest: file, append: true, sync: true, mode: 0o600 }),
  );
}
