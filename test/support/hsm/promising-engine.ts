/** Test fixture: an engine without synchronous results, like a hardware token. */
import { setTimeout as delay } from 'node:timers/promises';
import { createSoftwareEngine, type Engine } from '../../../src/hsm/engine/index.ts';

/**
 * Returns a software engine whose methods all run in a later turn of the event loop and return
 * promises.
 */
export function promisingEngine(): Engine {
  return new Proxy<Engine>(createSoftwareEngine(), {
    get(engine, name) {
      const method: unknown = Reflect.get(engine, name);
      if (typeof method !== 'function') return method;
      return async (...input: readonly unknown[]): Promise<unknown> => {
        // Imports are slow, so that commands arrive while they are in progress.
        await delay(name === 'importMaterial' ? 20 : 0);
        return Reflect.apply(method, engine, input);
      };
    },
  });
}
