/**
 * Random histories of approvals: shown to several HSMs at the same moment, while the HSMs are
 * partitioned, restart, or lose what they stored last. `KEYHOLD_SEED` replays one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playSpendings } from '../../../test/support/hsm/spending-world.ts';

const HISTORIES = 40;
const seed = process.env['KEYHOLD_SEED'];

test('in any history, no approval is accepted twice', async (context) => {
  let [approvals, used, shown] = [0, 0, 0];
  const seeds = Array.from({ length: HISTORIES }, (_, index) => index + 1);
  for (const one of seed === undefined ? seeds : [Number(seed)]) {
    const spendings = await playSpendings(one);
    approvals += spendings.accepted.length;
    used += spendings.accepted.filter((count) => count > 0).length;
    shown += spendings.shown;
    assert.ok(
      spendings.accepted.every((count) => count <= 1),
      `an approval was accepted twice; replay it with KEYHOLD_SEED=${one}`,
    );
  }
  context.diagnostic(`${approvals} approvals, ${used} used, shown ${shown} times`);
  if (seed === undefined)
    assert.ok(used > approvals / 4, 'the histories use many of the approvals');
});
