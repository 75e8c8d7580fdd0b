/**
 * Compares the policy engine with an independent one on generated cases. Every disagreement must be
 * a known difference.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Generator } from './generated-case.ts';
import { deciderOf, type Outcome } from './decider.ts';
import { knownDifferences, type Case } from './known-differences.ts';
import { loadOracle, type Verdict } from './oracle.ts';

const FOLDER = process.env['KEYHOLD_POLICY_ORACLE'];
const SETS = 3_200;
const REQUESTS_PER_SET = 16;

function agree(ours: Outcome, theirs: Verdict): boolean {
  return ours === theirs || (ours === 'hidden' && theirs !== 'Allowed');
}

/** Returns the names of the known differences that explain a disagreement. Empty if none does. */
function explanation(one: Case, agreeOn: (one: Case) => boolean): string[] {
  const present = knownDifferences.filter(
    ({ without }) => JSON.stringify(without(one)) !== JSON.stringify(one),
  );
  const alone = present.find(({ without }) => agreeOn(without(one)));
  if (alone) return [alone.name];
  const all = present.reduce((left, { without }) => without(left), one);
  return agreeOn(all) ? present.map(({ name }) => name) : [];
}

describe('the policy engine', () => {
  const skip = FOLDER
    ? false
    : 'KEYHOLD_POLICY_ORACLE names no folder with @cloud-copilot/iam-simulate';
  it(
    `agrees with an independent evaluator on ${SETS * REQUESTS_PER_SET} generated cases, except for known differences`,
    { skip },
    async () => {
      const oracle = await loadOracle(FOLDER ?? '');
      const agreeOn = ({ policies, request }: Case): boolean =>
        agree(deciderOf(policies)(request), oracle(policies)(request));
      const explained = new Map(knownDifferences.map(({ name }) => [name, 0]));
      const outcomes = new Map<string, number>();
      for (let seed = 0; seed < SETS; seed += 1) {
        const generator = new Generator(seed);
        const policies = generator.policies();
        const decide = deciderOf(policies);
        const oracleDecide = oracle(policies);
        for (let count = 0; count < REQUESTS_PER_SET; count += 1) {
          const request = generator.request();
          const [ours, theirs] = [decide(request), oracleDecide(request)];
          outcomes.set(ours, (outcomes.get(ours) ?? 0) + 1);
          if (agree(ours, theirs)) continue;
          const reasons = explanation({ policies, request }, agreeOn);
          assert.ok(
            reasons.length > 0,
            `seed ${seed}: ours ${ours}, theirs ${theirs}\n${JSON.stringify({ request, policies }, null, 1)}`,
          );
          for (const name of reasons) explained.set(name, (explained.get(name) ?? 0) + 1);
        }
      }
      // Differences that no longer occur must leave the list, and every outcome must be frequent.
      for (const [name, count] of explained)
        assert.ok(count > 0, `no case shows the known difference: ${name}`);
      for (const outcome of ['Allowed', 'ExplicitlyDenied', 'ImplicitlyDenied', 'hidden'])
        assert.ok((outcomes.get(outcome) ?? 0) > 2_000, outcome);
    },
  );
});
