/**
 * `npm run soak -- --minutes 10` loads a custom key store while its HSMs fail at random. Prints
 * counts, and exits with code 1 if a key was lost or an error remained after the SDK's retries.
 * `--seed` repeats the faults of an earlier run, `--front-end` kills the front end too (then errors
 * do not fail the run), `--hsms 2|3` sets the number of HSMs.
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../fuzz/random.ts';
import { ownCluster, ownKeyStore } from '../support/own-cluster.ts';
import { untilHealthy } from '../support/status.ts';
import { startWorld } from '../support/world.ts';
import { startFaults } from './faults.ts';
import { countLost, retryingClient, startLoad } from './load.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(process.pid) },
    hsms: { type: 'string', default: '3' },
    'front-end': { type: 'boolean', default: false },
  },
});

await using world = await startWorld();
const cluster = await ownCluster(world, { zones: ['a', 'b', 'c'].slice(0, Number(values.hsms)) });
const storeId = await ownKeyStore(world, cluster);
await untilHealthy(world);
const kms = retryingClient(world);
/**
 * Load and faults use separate generators, so that the speed of requests does not affect the faults
 * of a seed.
 */
const randomFrom = (seed: number): (() => number) => {
  const random = new Random(seed);
  return () => random.fraction();
};
const seed = Number(values.seed);
const hsmIds = ((await cluster.describe()).Hsms ?? []).map(({ HsmId = '' }) => HsmId);

const load = startLoad(kms, storeId, randomFrom(seed + 1));
const faults = startFaults({
  world,
  hsmIds,
  random: randomFrom(seed),
  frontEnd: values['front-end'],
});
try {
  await delay(Number(values.minutes) * 60_000);
} finally {
  await faults.stop();
  await load.stop();
}
await untilHealthy(world);
const lost = await countLost(kms, load.counts);
kms.destroy();

const { requests, errors, rejectedKeys, slowest, keys } = load.counts;
const seen = [...errors.values()].reduce((sum, count) => sum + count, 0);
const lines = [
  `seed                            ${values.seed}`,
  `requests                        ${requests}, the slowest ${Math.round(slowest)} ms`,
  ...Array.from(faults.counts, ([name, count]) => `${name.padEnd(32)}${count} times`),
  `keys rejected (one HSM left)    ${rejectedKeys}`,
  `errors seen by the client       ${seen} ${Array.from(errors, ([name, count]) => `${name}: ${count}`).join(', ')}`,
  `keys checked                    ${keys.size}`,
  `keys lost                       ${lost}`,
];
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = lost > 0 || (seen > 0 && !values['front-end']) ? 1 : 0;
