import { newKey } from '../test/support/own-cluster.ts';
import type { World } from '../test/support/world.ts';
import { burdenedKey } from './burdened-key.ts';
import { processorTime } from './processes.ts';
import { encryptRequests } from './signed-requests.ts';

/** Loads the world with requests for some seconds; how many were answered. */
type Load = (name: string, requests: readonly string[]) => Promise<number>;

/**
 * What policies and grants cost a request: processor time of the front end, side by side in turns. Time on the clock would
 * say more about what else the machine does. Empty where there is no /proc.
 */
export async function policyCost(world: World, rounds: number, load: Load): Promise<string[]> {
  const pid = world.server.process.pid ?? 0;
  if (processorTime(pid) === undefined) return [];
  const plain = await newKey(world);
  const { keyId, grantee } = await burdenedKey(world);
  const subjects: readonly (readonly [name: string, requests: readonly string[]])[] = [
    ['default policy', encryptRequests(world, plain, 256)],
    ['32 KB policy, 10,000 grants', encryptRequests(world, keyId, 256)],
    ['the same, allowed by a grant', encryptRequests(world, keyId, 256, grantee)],
  ];
  const costs = subjects.map((): number[] => []);
  // The first round warms up and doesn't count.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, [name, requests]] of subjects.entries()) {
      const before = processorTime(pid) ?? 0;
      const answered = await load(name, requests);
      if (round > 0) costs[at]?.push((((processorTime(pid) ?? 0) - before) * 1_000_000) / answered);
    }
  }
  const medians = costs.map(
    (some) => some.toSorted((a, b) => a - b)[Math.floor(some.length / 2)] ?? 0,
  );
  return subjects.map(([name], at) => {
    const cost = medians[at] ?? 0;
    return `  ${name.padEnd(30)} ${cost.toFixed(0)} µs of the front end's processor per Encrypt; ${(cost / (medians[0] ?? 1)).toFixed(2)} of the first`;
  });
}
