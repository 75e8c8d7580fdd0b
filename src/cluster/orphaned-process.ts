import { rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readFileIfThere } from '../base/index.ts';

/** Milliseconds that an HSM of a killed control plane gets to notice that its channel is closed. */
const EXIT_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 10;

/** Beside the HSM's folder, which is the HSM's own. */
function pidFile(folder: string): string {
  return `${folder}.pid`;
}

/** Notes which process works in the HSM's folder. */
export function recordProcess(folder: string, pid: number | undefined): void {
  if (pid !== undefined) writeFileSync(pidFile(folder), String(pid), { mode: 0o600 });
}

export function forgetProcess(folder: string): void {
  rmSync(pidFile(folder), { force: true });
}

/**
 * Waits until the process that last worked in this folder is gone, and ends it if it stays: an HSM whose control plane was
 * killed ends by itself, but maybe after the next control plane has started.
 */
export async function endOrphanedProcess(folder: string, hsmId: string): Promise<void> {
  const pid = Number(readFileIfThere(pidFile(folder))?.toString() ?? 0);
  if (!Number.isSafeInteger(pid) || pid <= 0) return;
  for (let waited = 0; waited < EXIT_TIMEOUT_MS; waited += POLL_INTERVAL_MS) {
    if (!(await isHsm(pid, hsmId))) return;
    await delay(POLL_INTERVAL_MS);
  }
  process.kill(pid, 'SIGKILL');
}

/** The id in the process's arguments tells it from an unrelated process that got the same number. */
async function isHsm(pid: number, hsmId: string): Promise<boolean> {
  try {
    const arguments_ = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return arguments_.split('\0').includes(hsmId);
  } catch {
    // No such process, or no /proc: elsewhere than on Linux the wait is left to the HSM's own lock on its files.
    return false;
  }
}
