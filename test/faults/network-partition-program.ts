/**
 * Program that `network.test.ts` runs: one HSM is partitioned from the network and reconnected.
 * Exits with a non-zero code on failure.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { startWorld } from '../support/world.ts';
import { startTwoHsmKeyStore } from './two-hsm-key-store.ts';

await using world = await startWorld();
const fixture = await startTwoHsmKeyStore(world);
const [partitioned = ''] = fixture.hsmIds;
const address =
  ((await fixture.cluster.describe()).Hsms ?? []).find(({ HsmId }) => HsmId === partitioned)
    ?.EniIp ?? '';
const route = (verb: 'add' | 'del'): Buffer =>
  execFileSync('ip', ['route', verb, 'blackhole', `${address}/32`, 'table', 'local']);

route('add');
await fixture.useAllKeys();
await fixture.untilNewKeysAreRejected();
assert.match(await fixture.untilReported(partitioned), /does not respond/);
await fixture.useAllKeys();
route('del');
await fixture.untilRecovered();
