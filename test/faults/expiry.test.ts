import assert from 'node:assert/strict';
import { it } from 'node:test';
import { customerCa } from '../support/customer-ca.ts';
import { untilStore } from '../support/own-cluster.ts';
import { statusOf } from '../support/status.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';
import { startTwoHsmKeyStore } from './two-hsm-key-store.ts';

it('an expired cluster certificate makes the key store unusable and is reported as the reason; while it is valid, all keys work', async () => {
  await using world = await startWorld();
  const fixture = await startTwoHsmKeyStore(world, { ca: await customerCa('EC', 365) });
  await world.stop();
  await world.start('--clock-offset', '400d');
  const { KeyStores } = await until('the reason is reported', async () => {
    const status = await statusOf(world);
    return status.KeyStores.some(({ Reason }) => Reason !== undefined) && status;
  });
  assert.match(KeyStores[0]?.Reason ?? '', /certificate has expired/);
  await assert.rejects(fixture.useAllKeys(), { name: 'KMSInvalidStateException' });
  await world.stop();
  await world.start();
  await untilStore(world, fixture.storeId, 'CONNECTED');
  await fixture.untilRecovered();
});
