/** The policy engine against an independent one, on generated cases: every disagreement must have a reason that is written down. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Generator } from './generated-case.ts';
import { deciderOf, type Outcome } from './decider.ts';
import { knownDifferences, type Case } from './known-differences.ts';
import { loadOracle, type Verdict } from './oracle.ts';

const FOLDER = process.env['KEYHOLD_POLICY_ORACLE'];
const SETS = 3_200;
const ASKS_PER_SET = 16;

function agree(ours: Outcome, theirs: Verdict): boolean {
  return ours === theirs || (ours === 'hidden' && theirs !== 'Allowed');
}

/** The known differences that a disagreement comes down to; none if it can't be explained. */
function explanation(one: Case, agreeOn: (one: Case) => boolean): string[] {
  const present = knownDifferences.filter(
    ({ without }) => JSON.stringify(without(one)) !== JSON.stringify(one),
  );
  const alone = present.find(({ without }) => agreeOn(without(one)));
  if (alone) return [alone.name];
  const all = present.reduce((left, { without }) => without(left), one);
  return agreeOn(all) ? present.map(({ name }) => name) : [];
}

describe('the policy engine, against an independent evaluator', () => {
  const skip = FOLDER
    ? false
    : 'KEYHOLD_POLICY_ORACLE names no folder with @cloud-copilot/iam-simulate';
  it(
    `agrees on ${SETS * ASKS_PER_SET} generated cases but for known differences`,
    { skip },
    async () => {
      const oracle = await loadOracle(FOLDER ?? '');
      const agreeOn = ({ policies, ask }: Case): boolean =>
        agree(deciderOf(policies)(ask), oracle(policies)(ask));
      const explained = new Map(knownDifferences.map(({ name }) => [name, 0]));
      const outcomes = new Map<string, number>();
      for (let seed = 0; seed < SETS; seed += 1) {
        const generator = new Generator(seed);
        const policies = generator.policies();
        const decide = deciderOf(policies);
        const asked = oracle(policies);
        for (let count = 0; count < ASKS_PER_SET; count += 1) {
          const ask = generator.ask();
          const [ours, theirs] = [decide(ask), asked(ask)];
          outcomes.set(ours, (outcomes.get(ours) ?? 0) + 1);
          if (agree(ours, theirs)) continue;
          const reasons = explanation({ policies, ask }, agreeOn);
          assert.ok(
            reasons.length > 0,
            `seed ${seed}: ours ${ours}, theirs ${theirs}\n${JSON.stringify({ ask, policies }, null, 1)}`,
          );
          for (const name of reasons) explained.set(name, (explained.get(name) ?? 0) + 1);
        }
      }
      // A difference that no longer occurs must not stay on the list, and every outcome must occur often.
      for (const [name, count] of explained) assert.ok(count > 0, `no case shows: ${name}`);
      for (const outcome of ['Allowed', 'ExplicitlyDenied', 'ImplicitlyDenied', 'hidden'])
        assert.ok((outcomes.get(outcome) ?? 0) > 2_000, outcome);
    },
  );
});
