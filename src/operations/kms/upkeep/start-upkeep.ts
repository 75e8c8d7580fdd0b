import type { Services } from '../../services.ts';
import { deleteDueKeys } from '../deletion/delete-due-keys.ts';
import { expireMaterials } from '../import/expire-materials.ts';
import { finishTransitions } from '../multi-region/finish-transitions.ts';
import { finishOnDemandRotations, rotateDueKeys } from '../rotation/rotate-due-keys.ts';

/** How often the clock is looked at, in milliseconds of real time; what it brings about is days in coming. */
const INTERVAL = 5_000;
/** How long after a change of a key what it began is finished: as in AWS, callers can see that it takes a while. */
const SETTLE_DELAY = 150;

/** What happens to keys without a call, in this order. */
const tasks: readonly ((services: Services) => Promise<void>)[] = [
  expireMaterials,
  finishTransitions,
  finishOnDemandRotations,
  rotateDueKeys,
  deleteDueKeys,
];

/**
 * Finishes what calls began (replicas, rotations on demand) and does what time brings about (rotations, deletions), in the
 * background, until the returned function is called, which waits for a round under way.
 */
export function startKeyUpkeep(services: Services): () => Promise<void> {
  let running: Promise<void> | undefined;
  let settling: NodeJS.Timeout | undefined;
  let again = false;

  async function round(): Promise<void> {
    for (const task of tasks) {
      try {
        await task(services);
      } catch (error) {
        services.log.error({ err: error, task: task.name }, 'background work on keys failed');
      }
    }
  }
  function start(): void {
    again = running !== undefined;
    running ??= round().finally(() => {
      running = undefined;
      if (again) start();
    });
  }
  function settle(): void {
    settling ??= setTimeout(() => {
      settling = undefined;
      start();
    }, SETTLE_DELAY);
  }

  const timer = setInterval(start, INTERVAL);
  const unsubscribe = services.store.subscribe((changes) => {
    if (changes.some(({ table }) => table === 'keys')) settle();
  });
  start();
  return async () => {
    unsubscribe();
    clearInterval(timer);
    clearTimeout(settling);
    again = false;
    await running;
  };
}
