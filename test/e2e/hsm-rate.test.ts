import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { newKey } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';

test('over an HSM’s rate callers are throttled at once, and served again when there is less to do', async () => {
  await using world = await startWorld(['--hsm-rate', 'symmetric=40']);
  const KeyId = await newKey(world);
  /** The name of the error, if there is one. */
  const encrypt = (): Promise<string> =>
    world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') })).then(
      () => 'done',
      (error: unknown) => (error as Error).name,
    );
  // However slow this machine is just now, some time more than 40 a second arrive.
  const outcomes = await until('somebody is throttled', async () => {
    const batch = await Promise.all(Array.from({ length: 150 }, encrypt));
    return batch.includes('ThrottlingException') && batch;
  });
  assert.deepEqual(new Set(outcomes), new Set(['done', 'ThrottlingException']));
  await until('a request alone is served', async () => (await encrypt()) === 'done');
});
