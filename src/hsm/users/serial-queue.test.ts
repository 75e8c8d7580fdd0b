import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedAs } from '../../../test/support/hsm/hsm-world.ts';
import { SerialQueue } from './serial-queue.ts';

test('the tasks of one user run in order, one at a time, whether or not the previous one failed', async () => {
  const queue = new SerialQueue();
  const done: number[] = [];
  let running = 0;
  const work = (number: number) => async (): Promise<number> => {
    running += 1;
    assert.equal(running, 1);
    await Promise.resolve();
    running -= 1;
    done.push(number);
    if (number === 2) throw new Error('two');
    return number;
  };
  const outcomes = await Promise.allSettled(
    [1, 2, 3].map((number) => queue.run('alice', work(number))),
  );
  assert.deepEqual(done, [1, 2, 3]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('users do not wait for each other', async () => {
  const queue = new SerialQueue();
  const { promise: forever, resolve } = Promise.withResolvers<void>();
  const slow = queue.run('alice', () => forever);
  assert.equal(await queue.run('bob', async () => 'done'), 'done');
  resolve();
  await slow;
});

test('tasks beyond the limit are rejected, and finished tasks make room', async () => {
  const queue = new SerialQueue();
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  const waiting = Array.from({ length: 16 }, () => queue.run('alice', () => gate));
  await assert.rejects(
    queue.run('alice', () => gate),
    refusedAs('busy'),
  );
  const others = Array.from({ length: 48 }, (_, index) => queue.run(`user${index}`, () => gate));
  await assert.rejects(
    queue.run('last', () => gate),
    refusedAs('busy'),
  );
  resolve();
  await Promise.all([...waiting, ...others]);
  await queue.run('alice', async () => undefined);
});
