/**
 * Random histories of a cluster, with crashes, partitions, full disks, restored snapshots, HSMs
 * that are lost and HSMs that join, and messages that are late, out of order, duplicated or lost.
 * `KEYHOLD_HISTORIES` sets their number (0: until one fails). `KEYHOLD_SEED` replays one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playHistory } from '../../../test/support/hsm/history-world.ts';

const histories = Number(process.env['KEYHOLD_HISTORIES'] ?? 100) || Infinity;
const seed = process.env['KEYHOLD_SEED'];

test('after any history, all HSMs hold the same records, including all that were acknowledged', async (context) => {
  const first = Number(seed ?? 1);
  const count = seed === undefined ? histories : 1;
  const start = performance.now();
  for (let played = 0; played < count; played += 1) {
    try {
      await playHistory(first + played);
    } catch (error) {
      assert.fail(
        `history ${first + played} (replay it with KEYHOLD_SEED=${first + played}): ${String((error as Error).stack)}`,
      );
    }
  }
  context.diagnostic(`${count} histories in ${Math.round(performance.now() - start)} ms`);
});
