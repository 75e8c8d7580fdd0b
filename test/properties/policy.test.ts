/**
 * Properties of every decision, on policies and requests from the generator of the differential
 * test.
 */
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
  type GeneratedRequest,
  type Document,
  type Json,
  type Policies,
} from '../oracle/generated-case.ts';

const SETS = 1_500;
const REQUESTS_PER_SET = 6;

function forMany(
  check: (policies: Policies, requests: readonly GeneratedRequest[], seed: number) => void,
): void {
  for (let seed = 0; seed < SETS; seed += 1) {
    const generator = new Generator(1_000_000 + seed);
    const policies = generator.policies();
    check(
      policies,
      Array.from({ length: REQUESTS_PER_SET }, () => generator.request()),
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
  it('is the same when statements are reversed and split over several identity policies', () => {
    forMany((policies, requests, seed) => {
      const reversed = mapped(policies, (document) => ({
        ...document,
        Statement: document.Statement.toReversed(),
      }));
      const split = reversed.identity.flatMap(({ Version, Statement }) =>
        Statement.map((one) => ({ Version, Statement: [one] })),
      );
      const [before, after] = [
        deciderOf(policies),
        deciderOf({ ...reversed, identity: split.toReversed() }),
      ];
      for (const request of requests) assert.equal(after(request), before(request), `seed ${seed}`);
    });
  });

  it('is never Allowed if an identity policy, the key policy or the permissions boundary denies everything', () => {
    forMany((policies, requests, seed) => {
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
        const onKey = requests.filter(({ resource }) => resource !== '*');
        for (const request of onKey) assert.notEqual(decide(request), 'Allowed', `seed ${seed}`);
      }
    });
  });

  it('allows nothing more if the key policy loses an Allow statement', () => {
    forMany((policies, requests, seed) => {
      const decide = deciderOf(policies);
      const allows = policies.key.Statement.filter(
        (statement: Json) => statement['Effect'] === 'Allow',
      );
      for (const left of allows) {
        const less = deciderOf({
          ...policies,
          key: { ...policies.key, Statement: policies.key.Statement.filter((one) => one !== left) },
        });
        for (const request of requests)
          assert.ok(less(request) !== 'Allowed' || decide(request) === 'Allowed', `seed ${seed}`);
      }
    });
  });

  it('allows nothing more under a boundary, session policy or service control policy', () => {
    forMany(
      (
        { boundary: _boundary, session: _session, serviceControl: _control, ...open },
        requests,
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
          for (const request of requests)
            assert.ok(less(request) !== 'Allowed' || decide(request) === 'Allowed', `seed ${seed}`);
        }
      },
    );
  });

  it('is the same if the policies are parsed and serialised again', () => {
    forMany((policies, requests, seed) => {
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
      for (const request of requests) assert.equal(after(request), before(request), `seed ${seed}`);
    });
  });

  it('allows at most what the same policies allow with relaxed conditions', () => {
    forMany(({ identity, boundary, key }, requests, seed) => {
      const policies = {
        identity: identity.map((one) => compiled(one, 'identity')),
        ...(boundary && { boundary: compiled(boundary, 'identity') }),
      };
      const keyPolicy = compiled(key, 'key');
      const decide = deciderOf({ identity, key, ...(boundary && { boundary }) });
      for (const request of requests) {
        if (decide(request) !== 'Allowed') continue;
        if (request.resource === '*') continue;
        const access = {
          principal: request.principal,
          action: request.action,
          resourceArn: request.resource,
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
