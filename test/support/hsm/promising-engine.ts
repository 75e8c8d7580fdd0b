/** For tests: an engine that, like a hardware token, has no result at once. */
import { setTimeout as delay } from 'node:timers/promises';
import { createSoftwareEngine, type Engine } from '../../../src/hsm/engine/index.ts';

/** The software engine, but each of its methods does its work in a later turn and returns a promise. */
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
