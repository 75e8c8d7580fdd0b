import { setTimeout as delay } from 'node:timers/promises';
import { pidOf } from '../support/hsm-process.ts';
import { untilHealthy } from '../support/status.ts';
import type { World } from '../support/world.ts';

/** Maximum time without a fault, in milliseconds. */
const MAX_PAUSE_MS = 4_000;
/** Maximum duration of a temporary freeze, in milliseconds. */
const MAX_FREEZE_MS = 6_000;

export interface Faults {
  /** Number of injected faults, by name. */
  readonly counts: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export interface FaultOptions {
  readonly world: World;
  readonly hsmIds: readonly string[];
  readonly random: () => number;
  readonly frontEnd: boolean;
}

type Fault = (options: FaultOptions, victims: readonly string[]) => Promise<void>;

const faults: Readonly<Record<string, Fault>> = {
  'HSMs killed': (_options, victims) => {
    for (const hsmId of victims) process.kill(pidOf(hsmId), 'SIGKILL');
    return Promise.resolve();
  },
  'HSMs frozen temporarily': async ({ random }, victims) => {
    const pids = victims.map(pidOf);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await delay(random() * MAX_FREEZE_MS);
    for (const pid of pids) if (isRunning(pid)) process.kill(pid, 'SIGCONT');
  },
  'HSMs frozen permanently': (_options, victims) => {
    // The control plane ends them.
    for (const hsmId of victims) process.kill(pidOf(hsmId), 'SIGSTOP');
    return Promise.resolve();
  },
};

/**
 * Makes random HSMs fail, one or more at a time but never all. The next fault waits until all HSMs
 * are healthy.
 */
export function startFaults(options: FaultOptions): Faults {
  const counts = new Map<string, number>();
  const ending = new AbortController();
  const running = (async () => {
    while (!ending.signal.aborted) {
      await delay(options.random() * MAX_PAUSE_MS, undefined, { signal: ending.signal }).catch(
        () => undefined,
      );
      if (ending.signal.aborted) return;
      const name = await oneFault(options);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      await untilHealthy(options.world);
    }
  })();
  return {
    counts,
    async stop() {
      ending.abort();
      await running;
    },
  };
}

async function oneFault(options: FaultOptions): Promise<string> {
  const { world, hsmIds, random, frontEnd } = options;
  if (frontEnd && random() < 0.2) {
    await world.kill();
    await world.start();
    return 'front end killed';
  }
  const shuffled = hsmIds.toSorted(() => random() - 0.5);
  const victims = shuffled.slice(0, 1 + Math.floor(random() * (hsmIds.length - 1)));
  const [name = '', fault] =
    Object.entries(faults)[Math.floor(random() * Object.keys(faults).length)] ?? [];
  await fault?.(options, victims);
  return name;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
