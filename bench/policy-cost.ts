import { newKey } from '../test/support/own-cluster.ts';
import type { World } from '../test/support/world.ts';
import { burdenedKey } from './burdened-key.ts';
import { processorTime } from './processes.ts';
import { encryptRequests } from './signed-requests.ts';

/** Sends requests to the world for some seconds, and returns the number of responses. */
type Load = (name: string, requests: readonly string[]) => Promise<number>;

/**
 * Measures the cost of policies and grants, in processor time of the front end, in alternating
 * rounds. Wall-clock time would depend more on the machine's other load. Returns no lines on
 * systems without /proc.
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
  // The first round is a warm-up and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, [name, requests]] of subjects.entries()) {
      const before = processorTime(pid) ?? 0;
      const responses = await load(name, requests);
      if (round > 0)
        costs[at]?.push((((processorTime(pid) ?? 0) - before) * 1_000_000) / responses);
    }
  }
  const medians = costs.map(
    (some) => some.toSorted((a, b) => a - b)[Math.floor(some.length / 2)] ?? 0,
  );
  return subjects.map(([name], at) => {
    const cost = medians[at] ?? 0;
    return `  ${name.padEnd(30)} ${cost.toFixed(0)} µs of front-end processor time per Encrypt; ${(cost / (medians[0] ?? 1)).toFixed(2)} of the default policy's`;
  });
}
