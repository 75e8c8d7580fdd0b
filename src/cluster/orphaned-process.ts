import { rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readFileIfThere } from '../base/index.ts';

/** Time that an HSM of a killed control plane gets to notice that its channel is closed. */
const EXIT_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 10;

/** Returns the path of the PID file. It is beside the HSM's folder, which only the HSM uses. */
function pidFile(folder: string): string {
  return `${folder}.pid`;
}

/** Records the ID of the process that uses the HSM's folder. */
export function recordProcess(folder: string, pid: number | undefined): void {
  if (pid !== undefined) writeFileSync(pidFile(folder), String(pid), { mode: 0o600 });
}

export function forgetProcess(folder: string): void {
  rmSync(pidFile(folder), { force: true });
}

/**
 * Waits for the end of the process that last used this folder, and kills it after a timeout. An HSM
 * whose control plane was killed ends by itself, but possibly after the next control plane starts.
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

/** Checks for the HSM ID among the arguments: an unrelated process may have the same PID. */
async function isHsm(pid: number, hsmId: string): Promise<boolean> {
  try {
    const arguments_ = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return arguments_.split('\0').includes(hsmId);
  } catch {
    // No such process, or no /proc: without Linux, the HSM waits for the lock on its own files.
    return false;
  }
}
