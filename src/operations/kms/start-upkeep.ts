import type { Services } from '../services.ts';
import { deleteDueKeys } from './deletion/delete-due-keys.ts';
import { expireMaterials } from './import/expire-materials.ts';
import { finishTransitions } from './multi-region/finish-transitions.ts';
import { finishOnDemandRotations, rotateDueKeys } from './rotation/rotate-due-keys.ts';
import { publishKeyEvents } from './upkeep/key-events.ts';

/** Interval between rounds, in milliseconds of real time. Due times are days apart. */
const UPKEEP_INTERVAL_MS = 1_000;
/** Margin for timers that fire early, before anything is due, in milliseconds. */
const TIMER_SLACK_MS = 5;

/** The upkeep tasks, in the order in which a round runs them. */
const tasks: readonly ((services: Services, settleTime: number) => Promise<void>)[] = [
  expireMaterials,
  finishTransitions,
  finishOnDemandRotations,
  rotateDueKeys,
  deleteDueKeys,
  publishKeyEvents,
];

/**
 * Starts the upkeep of keys: finishes what calls began (replicas, rotations on demand) after
 * `settleTime` milliseconds, so that callers can observe the transition as in AWS, and does what is
 * due (rotations, expiries, deletions). The returned function stops it and waits for the current
 * round.
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
  /**
   * Schedules a round for when a change is due. Changes during the wait share one further round.
   */
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
