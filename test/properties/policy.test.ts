/** What holds of every decision, on policies and requests from the generator that the differential test uses. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  authorize,
  parsePolicy,
  relaxed,
  relaxedAll,
  statementJson,
} from '../../src/policy/index.ts';
import { compiled, deciderOf } from '../oracle/decider.ts';
import {
  account,
  Generator,
  type Ask,
  type Document,
  type Json,
  type Policies,
} from '../oracle/generated-case.ts';

const SETS = 1_500;
const ASKS = 6;

function forMany(check: (policies: Policies, asks: readonly Ask[], seed: number) => void): void {
  for (let seed = 0; seed < SETS; seed += 1) {
    const generator = new Generator(1_000_000 + seed);
    const policies = generator.policies();
    check(
      policies,
      Array.from({ length: ASKS }, () => generator.ask()),
      seed,
    );
  }
}

const mapped = (policies: Policies, change: (document: Document) => Document): Policies => {
  const { identity, key, boundary, session, serviceControl } = policies;
  return {
    identity: identity.map(change),
    key: change(key),
    ...(boundary && { boundary: change(boundary) }),
    ...(session && { session: change(session) }),
    ...(serviceControl && { serviceControl: change(serviceControl) }),
  };
};

const denyAll = { Effect: 'Deny', Action: '*', Resource: '*' };

describe('a decision', () => {
  it('does not depend on the order of statements, nor on how they are spread over identity policies', () => {
    forMany((policies, asks, seed) => {
      const turned = mapped(policies, (document) => ({
        ...document,
        Statement: document.Statement.toReversed(),
      }));
      const spread = turned.identity.flatMap(({ Version, Statement }) =>
        Statement.map((one) => ({ Version, Statement: [one] })),
      );
      const [before, after] = [
        deciderOf(policies),
        deciderOf({ ...turned, identity: spread.toReversed() }),
      ];
      for (const ask of asks) assert.equal(after(ask), before(ask), `seed ${seed}`);
    });
  });

  it('is never to allow once any policy denies everything', () => {
    forMany((policies, asks, seed) => {
      const denied: Policies[] = [
        {
          ...policies,
          identity: [...policies.identity, { Version: '2012-10-17', Statement: [denyAll] }],
        },
        {
          ...policies,
          key: {
            ...policies.key,
            Statement: [...policies.key.Statement, { ...denyAll, Principal: '*' }],
          },
        },
        ...(policies.boundary
          ? [{ ...policies, boundary: { Version: '2012-10-17', Statement: [denyAll] } }]
          : []),
      ];
      for (const one of denied) {
        const decide = deciderOf(one);
        const onKey = asks.filter(({ resource }) => resource !== '*');
        for (const ask of onKey) assert.notEqual(decide(ask), 'Allowed', `seed ${seed}`);
      }
    });
  });

  it('is not to allow by less: without one of the allows, nothing more is allowed', () => {
    forMany((policies, asks, seed) => {
      const decide = deciderOf(policies);
      const allows = policies.key.Statement.filter(
        (statement: Json) => statement['Effect'] === 'Allow',
      );
      for (const left of allows) {
        const less = deciderOf({
          ...policies,
          key: { ...policies.key, Statement: policies.key.Statement.filter((one) => one !== left) },
        });
        for (const ask of asks)
          assert.ok(less(ask) !== 'Allowed' || decide(ask) === 'Allowed', `seed ${seed}`);
      }
    });
  });

  it('is not to allow more under a limit', () => {
    forMany(
      (
        { boundary: _boundary, session: _session, serviceControl: _control, ...open },
        asks,
        seed,
      ) => {
        const decide = deciderOf(open);
        const limit: Document = {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' }],
        };
        for (const limited of [
          { boundary: limit },
          { session: limit },
          { serviceControl: limit },
        ]) {
          const less = deciderOf({ ...open, ...limited });
          for (const ask of asks)
            assert.ok(less(ask) !== 'Allowed' || decide(ask) === 'Allowed', `seed ${seed}`);
        }
      },
    );
  });

  it('is the same by policies that were written down again', () => {
    forMany((policies, asks, seed) => {
      const written = (document: Document, kind: 'key' | 'identity'): Document => {
        const { version, statements } = parsePolicy(JSON.stringify(document), kind);
        return { Version: version, Statement: statements.map(statementJson) };
      };
      const again = {
        ...mapped(policies, (document) =>
          written(document, document === policies.key ? 'key' : 'identity'),
        ),
      };
      const [before, after] = [deciderOf(policies), deciderOf(again)];
      for (const ask of asks) assert.equal(after(ask), before(ask), `seed ${seed}`);
    });
  });

  it('is to allow at most what it allows with all conditions relaxed', () => {
    forMany(({ identity, boundary, key }, asks, seed) => {
      const policies = {
        identity: identity.map((one) => compiled(one, 'identity')),
        ...(boundary && { boundary: compiled(boundary, 'identity') }),
      };
      const keyPolicy = compiled(key, 'key');
      const decide = deciderOf({ identity, key, ...(boundary && { boundary }) });
      for (const ask of asks) {
        if (decide(ask) !== 'Allowed') continue;
        if (ask.resource === '*') continue;
        const access = {
          principal: ask.principal,
          action: ask.action,
          resourceArn: ask.resource,
          resourceAccount: account,
        };
        assert.ok(
          authorize({
            ...access,
            policies: relaxedAll(policies),
            resourcePolicy: relaxed(keyPolicy),
          }).allowed,
          `seed ${seed}`,
        );
      }
    });
  });
});
