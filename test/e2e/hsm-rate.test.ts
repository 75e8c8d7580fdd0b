import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { newKey } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';

test('requests above an HSM’s rate are throttled, and accepted again when the load is lower', async () => {
  await using world = await startWorld(['--hsm-rate', 'symmetric=40']);
  const KeyId = await newKey(world);
  /** Encrypts. Resolves to `done` or to the name of the error. */
  const encrypt = (): Promise<string> =>
    world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') })).then(
      () => 'done',
      (error: unknown) => (error as Error).name,
    );
  // On any machine, some batch eventually exceeds 40 requests per second.
  const outcomes = await until('a request is throttled', async () => {
    const batch = await Promise.all(Array.from({ length: 150 }, encrypt));
    return batch.includes('ThrottlingException') && batch;
  });
  assert.deepEqual(new Set(outcomes), new Set(['done', 'ThrottlingException']));
  await until('a single request succeeds', async () => (await encrypt()) === 'done');
});
