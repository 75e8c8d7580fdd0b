/**
 * `npm run soak -- --minutes 10`: a custom key store under load while its HSMs fail at random. Ends with a count, and with
 * exit code 1 if a key was lost or a client saw an error that its SDK did not hide. `--seed` plays the same faults again,
 * `--front-end` kills the front end too, `--hsms 2|3` says how many HSMs there are.
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
/** Two, so that the faults of a seed don't depend on how fast requests are answered. */
const chanceOf = (seed: number): (() => number) => {
  const random = new Random(seed);
  return () => random.fraction();
};
const seed = Number(values.seed);
const hsmIds = ((await cluster.describe()).Hsms ?? []).map(({ HsmId = '' }) => HsmId);

const load = startLoad(kms, storeId, chanceOf(seed + 1));
const faults = startFaults({
  world,
  hsmIds,
  random: chanceOf(seed),
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

const { requests, errors, refused, slowest, keys } = load.counts;
const seen = [...errors.values()].reduce((sum, count) => sum + count, 0);
const lines = [
  `seed                            ${values.seed}`,
  `requests                        ${requests}, the slowest ${Math.round(slowest)} ms`,
  ...Array.from(faults.counts, ([name, count]) => `${name.padEnd(32)}${count} times`),
  `new keys refused (one HSM left) ${refused}`,
  `errors seen by the client       ${seen} ${Array.from(errors, ([name, count]) => `${name}: ${count}`).join(', ')}`,
  `keys checked                    ${keys.size}`,
  `keys lost                       ${lost}`,
];
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = lost > 0 || (seen > 0 && !values['front-end']) ? 1 : 0;
