import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { newKey } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';

test('over an HSM’s rate callers are throttled at once, and served again when there is less to do', async () => {
  await using world = await startWorld(['--hsm-rate', 'symmetric=100']);
  const KeyId = await newKey(world);
  const encrypt = (): Promise<unknown> => world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
  const outcomes = await Promise.allSettled(Array.from({ length: 400 }, encrypt));
  const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).name] : []));
  assert.ok(refusals.length > 100, `${refusals.length} of 400 were refused`);
  assert.deepEqual(new Set(refusals), new Set(['ThrottlingException']));
  for (let wait = 1; ; wait *= 2) {
    try {
      await encrypt();
      return;
    } catch (error) {
      assert.equal((error as Error).name, 'ThrottlingException');
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
      });
    }
  }
});
