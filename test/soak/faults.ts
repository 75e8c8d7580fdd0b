import { setTimeout as delay } from 'node:timers/promises';
import { pidOf } from '../support/hsm-process.ts';
import { untilHealthy } from '../support/status.ts';
import type { World } from '../support/world.ts';

/** Milliseconds of calm before a fault, at most, and of a fault that ends by itself. */
const CALM = 4_000;
const FAULT = 6_000;

export interface Faults {
  /** By name. */
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
  'HSMs frozen for a while': async ({ random }, victims) => {
    const pids = victims.map(pidOf);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await delay(random() * FAULT);
    for (const pid of pids) if (isThere(pid)) process.kill(pid, 'SIGCONT');
  },
  'HSMs frozen for good': (_options, victims) => {
    // The control plane ends them.
    for (const hsmId of victims) process.kill(pidOf(hsmId), 'SIGSTOP');
    return Promise.resolve();
  },
};

/** Makes HSMs fail at random, one or several at a time but never all, each time after all were well again. */
export function startFaults(options: FaultOptions): Faults {
  const counts = new Map<string, number>();
  const ending = new AbortController();
  const running = (async () => {
    while (!ending.signal.aborted) {
      await delay(options.random() * CALM, undefined, { signal: ending.signal }).catch(
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

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
