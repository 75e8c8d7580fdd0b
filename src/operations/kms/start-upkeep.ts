import type { Services } from '../services.ts';
import { deleteDueKeys } from './deletion/delete-due-keys.ts';
import { expireMaterials } from './import/expire-materials.ts';
import { finishTransitions } from './multi-region/finish-transitions.ts';
import { finishOnDemandRotations, rotateDueKeys } from './rotation/rotate-due-keys.ts';
import { publishKeyEvents } from './upkeep/key-events.ts';

/** How often the clock is looked at, in milliseconds of real time; what it brings about is days in coming. */
const UPKEEP_INTERVAL_MS = 1_000;
/** In milliseconds: timers may be a little early, and then nothing would be due yet. */
const TIMER_SLACK_MS = 5;

/** What happens to keys without a call, in this order. */
const tasks: readonly ((services: Services, settleTime: number) => Promise<void>)[] = [
  expireMaterials,
  finishTransitions,
  finishOnDemandRotations,
  rotateDueKeys,
  deleteDueKeys,
  publishKeyEvents,
];

/**
 * Finishes what calls began (replicas, rotations on demand) and does what time brings about (rotations, deletions), in the
 * background, until the returned function is called, which waits for a round under way. What a call began is finished
 * `settleTime` milliseconds after it: as in AWS, callers can see that it takes a while.
 */
export function startKeyUpkeep(services: Services, settleTime: number): () => Promise<void> {
  let running: Promise<void> | undefined;
  let settling: NodeJS.Timeout | undefined;
  let more = false;
  let again = false;

  async function round(): Promise<void> {
    for (const task of tasks) {
      try {
        await task(services, settleTime);
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
  /** Each change is looked at again when it is due; those that come while one waits, together after it. */
  function settle(): void {
    if (settling) {
      more = true;
      return;
    }
    settling = setTimeout(() => {
      settling = undefined;
      if (more) settle();
      more = false;
      start();
    }, settleTime + TIMER_SLACK_MS);
  }

  const timer = setInterval(start, UPKEEP_INTERVAL_MS);
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
