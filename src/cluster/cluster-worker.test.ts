import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { silentLogger } from '../base/index.ts';
import { ClusterWorker } from './cluster-worker.ts';

const name = { account: '111122223333', region: 'us-east-1', clusterId: 'cluster-aaaaaaaaaaa' };

test('a worker runs its work one run at a time, and again after a wake-up during a run', async () => {
  let running = 0;
  let runs = 0;
  const twice = Promise.withResolvers<void>();
  const worker = new ClusterWorker(name, silentLogger, async () => {
    assert.equal((running += 1), 1);
    runs += 1;
    await turn();
    running -= 1;
    if (runs === 2) twice.resolve();
  });
  worker.wake();
  worker.wake();
  worker.wake();
  await twice.promise;
  await worker.close();
  assert.equal(runs, 2);
});

test('failed work is retried', async () => {
  const done = Promise.withResolvers<void>();
  let runs = 0;
  const worker = new ClusterWorker(name, silentLogger, async () => {
    runs += 1;
    if (runs === 1) throw new Error('not yet');
    done.resolve();
  });
  worker.wake();
  await done.promise;
  await worker.close();
  assert.equal(runs, 2);
});

test('a closed worker does not run', async () => {
  let runs = 0;
  const worker = new ClusterWorker(name, silentLogger, async () => {
    runs += 1;
  });
  await worker.close();
  worker.wake();
  await turn();
  assert.equal(runs, 0);
});
