/**
 * Random histories of a cluster, with crashes, partitions, full disks, databases that are set back, HSMs that are lost and
 * join, and messages that are late, out of order, double or lost. `KEYHOLD_HISTORIES` says how many (0: until one fails),
 * `KEYHOLD_SEED` plays one again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playHistory } from '../../../test/support/hsm/history-world.ts';

const histories = Number(process.env['KEYHOLD_HISTORIES'] ?? 100) || Infinity;
const seed = process.env['KEYHOLD_SEED'];

test('whatever happens, HSMs come to hold the same, and what was acknowledged', async (context) => {
  const first = Number(seed ?? 1);
  const count = seed === undefined ? histories : 1;
  const start = performance.now();
  for (let played = 0; played < count; played += 1) {
    try {
      await playHistory(first + played);
    } catch (error) {
      assert.fail(
        `history ${first + played} (play it again with KEYHOLD_SEED=${first + played}): ${String((error as Error).stack)}`,
      );
    }
  }
  context.diagnostic(`${count} histories in ${Math.round(performance.now() - start)} ms`);
});
