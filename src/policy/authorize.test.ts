import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Principal } from '../domain/index.ts';
import {
  defaultKeyPolicy,
  denialText,
  noContext,
  parsePolicy,
  compilePolicy,
  lockoutSafe as isLockoutSafe,
  type CompiledPolicy,
} from './index.ts';
import {
  account,
  elsewhere,
  resourceArn,
  user,
  keyPolicy,
  identityPolicy,
  allow,
  deny,
  may,
  mayNot,
  ana,
  root,
  itsAna,
  type DecisionInput,
  decide,
  outcome,
} from '../../test/support/policy-world.ts';

describe('authorize, in the account of the key', () => {
  const cases: readonly [string, string, DecisionInput][] = [
    ['allows whom the key policy names', 'allowed', { resourcePolicy: keyPolicy(allow(itsAna)) }],
    [
      'allows anyone if the key policy says so',
      'allowed',
      { resourcePolicy: keyPolicy(allow('*')) },
    ],
    [
      'compares actions regardless of case',
      'allowed',
      { resourcePolicy: keyPolicy(allow(itsAna, 'KMS:enc*')) },
    ],
    [
      'defers to identity policies if the account is named',
      'allowed',
      { resourcePolicy: keyPolicy(allow(root)), identityPolicies: [identityPolicy(may())] },
    ],
    [
      'treats an account ID as its root ARN',
      'allowed',
      {
        resourcePolicy: keyPolicy(allow({ AWS: account })),
        identityPolicies: [identityPolicy(may())],
      },
    ],
    [
      'does not treat delegation as an allow',
      'no-identity-allow',
      { resourcePolicy: keyPolicy(allow(root)) },
    ],
    [
      'gives identity policies no effect without delegation',
      'no-resource-allow',
      {
        resourcePolicy: keyPolicy(allow({ AWS: user('bob').arn })),
        identityPolicies: [identityPolicy(may())],
      },
    ],
    [
      'delegates only the actions of the statement',
      'no-resource-allow',
      {
        resourcePolicy: keyPolicy(allow(root, 'kms:Decrypt')),
        identityPolicies: [identityPolicy(may())],
      },
    ],
    [
      'does not apply a statement for a service to a user',
      'no-resource-allow',
      { resourcePolicy: keyPolicy(allow({ Service: 'logs.amazonaws.com' })) },
    ],
    [
      'denies if the key policy denies',
      'resource-deny',
      { resourcePolicy: keyPolicy(allow(itsAna), deny(itsAna, 'kms:Encrypt')) },
    ],
    [
      'denies if the key policy denies the account',
      'resource-deny',
      { resourcePolicy: keyPolicy(allow(itsAna), deny(root)) },
    ],
    [
      'denies if an identity policy denies, despite the key policy',
      'identity-deny',
      { resourcePolicy: keyPolicy(allow(itsAna)), identityPolicies: [identityPolicy(mayNot())] },
    ],
    [
      'compares the resource',
      'no-resource-allow',
      { resourcePolicy: keyPolicy(allow(itsAna, 'kms:*', 'arn:aws:kms:*:*:key/other')) },
    ],
    [
      'gives the creator and root no permission of their own',
      'no-resource-allow',
      { principal: { ...ana, arn: root.AWS }, resourcePolicy: keyPolicy(allow(itsAna)) },
    ],
    [
      'treats the root ARN as the root user itself',
      'allowed',
      { principal: { ...ana, arn: root.AWS }, resourcePolicy: keyPolicy(allow(root)) },
    ],
    [
      'applies a statement for a role to its sessions',
      'allowed',
      {
        principal: {
          ...ana,
          arn: `arn:aws:sts::${account}:assumed-role/Admin/s`,
          session: { roleArn: `arn:aws:iam::${account}:role/path/Admin`, issuedAt: 0 },
        },
        resourcePolicy: keyPolicy(allow({ AWS: `arn:aws:iam::${account}:role/path/Admin` })),
      },
    ],
    [
      'does not match a recreated user by its previous ID',
      'no-resource-allow',
      { resourcePolicy: keyPolicy(allow({ AWS: 'AIDACKCEVSQ6C2EXAMPLE' })) },
    ],
    [
      'ignores a statement without Action',
      'no-resource-allow',
      { resourcePolicy: keyPolicy({ ...allow(itsAna), Action: [] }) },
    ],
  ];
  for (const [behaviour, expected, more] of cases)
    it(behaviour, () => assert.equal(outcome(more), expected));
});

describe('authorize, from another account', () => {
  const eve = user('eve', elsewhere);
  const named = keyPolicy(allow({ AWS: eve.arn }));
  const delegated = keyPolicy(allow({ AWS: elsewhere }));
  const cases: readonly [string, string, DecisionInput][] = [
    [
      'allows if both sides allow',
      'allowed',
      { resourcePolicy: named, identityPolicies: [identityPolicy(may())] },
    ],
    [
      'applies a statement for an account to its users',
      'allowed',
      { resourcePolicy: delegated, identityPolicies: [identityPolicy(may('kms:*', resourceArn))] },
    ],
    ['needs both policies: no identity policy', 'no-identity-allow', { resourcePolicy: named }],
    [
      'hides a key whose policy does not allow',
      'hidden',
      { resourcePolicy: keyPolicy(allow(root)), identityPolicies: [identityPolicy(may())] },
    ],
    [
      'hides a key whose policy denies',
      'hidden',
      {
        resourcePolicy: keyPolicy(allow('*'), deny('*')),
        identityPolicies: [identityPolicy(may())],
      },
    ],
    [
      'hides a key from a caller whose own policy denies',
      'hidden',
      { resourcePolicy: keyPolicy(allow(root)), identityPolicies: [identityPolicy(mayNot())] },
    ],
    [
      'denies if an identity policy denies',
      'identity-deny',
      {
        resourcePolicy: named,
        identityPolicies: [identityPolicy(may()), identityPolicy(mayNot())],
      },
    ],
    [
      'allows nothing on resources without a policy of their own',
      'hidden',
      { identityPolicies: [identityPolicy(may('*'))] },
    ],
  ];
  for (const [behaviour, expected, more] of cases)
    it(behaviour, () => assert.equal(outcome({ principal: eve, ...more }), expected));
});

describe('authorize, for the account as a whole', () => {
  const access = { action: 'kms:CreateKey', resourceArn: '*' };
  it('evaluates identity policies alone', () => {
    assert.equal(
      outcome({ ...access, identityPolicies: [identityPolicy(may('kms:Create*'))] }),
      'allowed',
    );
    assert.equal(outcome(access), 'no-identity-allow');
    assert.equal(
      outcome({ ...access, identityPolicies: [identityPolicy(may(), mayNot('kms:CreateKey'))] }),
      'identity-deny',
    );
  });

  it('requires Resource *', () => {
    assert.equal(
      outcome({ ...access, identityPolicies: [identityPolicy(may('kms:*', 'arn:aws:kms:*:*:*'))] }),
      'no-identity-allow',
    );
  });
});

describe('denialText', () => {
  const text = (more: DecisionInput): string => {
    const decision = decide(more);
    assert.equal(decision.allowed, false);
    return decision.allowed
      ? ''
      : denialText(decision, { principal: ana, action: 'kms:Encrypt', resourceArn });
  };
  const begin = `User: ${ana.arn} is not authorized to perform: kms:Encrypt on`;

  it('names the kind of policy that does not allow', () => {
    assert.equal(
      text({ resourcePolicy: keyPolicy(allow(root)) }),
      `${begin} resource: ${resourceArn} because no identity-based policy allows the kms:Encrypt action`,
    );
    assert.equal(
      text({ resourcePolicy: keyPolicy() }),
      `${begin} resource: ${resourceArn} because no resource-based policy allows the kms:Encrypt action`,
    );
  });

  it('names the kind of policy that denies explicitly', () => {
    assert.equal(
      text({ identityPolicies: [identityPolicy(mayNot())] }),
      `${begin} resource: ${resourceArn} with an explicit deny in an identity-based policy`,
    );
    assert.equal(
      text({ resourcePolicy: keyPolicy(deny('*')) }),
      `${begin} resource: ${resourceArn} with an explicit deny in a resource-based policy`,
    );
  });

  it('does not disclose whether a resource of another account exists', () => {
    assert.equal(
      text({ resourceAccount: elsewhere, resourcePolicy: keyPolicy() }),
      `${begin} this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
    );
  });
});

const lockoutSafe = (policy: CompiledPolicy, principal: Principal, keyArn?: string): boolean =>
  isLockoutSafe({ policy, principal, context: noContext, ...(keyArn && { keyArn }) });

describe('lockoutSafe', () => {
  it('accepts a policy under which the caller or the account can still put a policy', () => {
    assert.equal(lockoutSafe(keyPolicy(allow(itsAna)), ana), true);
    assert.equal(
      lockoutSafe(keyPolicy(allow(itsAna, 'kms:PutKeyPolicy', resourceArn)), ana, resourceArn),
      true,
    );
    assert.equal(lockoutSafe(compilePolicy(parsePolicy(defaultKeyPolicy(account))), ana), true);
    assert.equal(
      lockoutSafe(compilePolicy(parsePolicy(defaultKeyPolicy(account, 'aws-cn'))), ana),
      true,
    );
  });

  it('rejects a policy for others, for other actions, for another key, or with a deny', () => {
    assert.equal(lockoutSafe(keyPolicy(allow({ AWS: user('bob').arn })), ana), false);
    assert.equal(lockoutSafe(keyPolicy(allow({ AWS: elsewhere })), ana), false);
    assert.equal(lockoutSafe(keyPolicy(allow(itsAna, 'kms:Encrypt')), ana), false);
    assert.equal(
      lockoutSafe(keyPolicy(allow(itsAna, 'kms:*', 'arn:aws:kms:*:*:key/other')), ana, resourceArn),
      false,
    );
    assert.equal(lockoutSafe(keyPolicy(allow(root), deny(itsAna, 'kms:Put*')), ana), false);
  });
});

describe('decisions', () => {
  const effect = fc.constantFrom('Allow', 'Deny');
  const actions = fc.uniqueArray(
    fc.constantFrom('kms:*', 'kms:Encrypt', 'kms:E*t', 'kms:Decrypt', '*'),
    { maxLength: 3 },
  );
  const resources = fc.uniqueArray(
    fc.constantFrom('*', resourceArn, 'arn:aws:kms:*:*:key/*', 'arn:aws:kms:*:*:key/other'),
    {
      maxLength: 2,
    },
  );
  const principals = fc.constantFrom<unknown>(
    '*',
    root,
    itsAna,
    { AWS: elsewhere },
    { Service: 'logs.amazonaws.com' },
  );
  const identityStatement = fc.record({ Effect: effect, Action: actions, Resource: resources });
  const keyStatement = fc.record({
    Effect: effect,
    Action: actions,
    Resource: resources,
    Principal: principals,
  });
  const identityStatements = fc.array(identityStatement, { maxLength: 5 });
  const keyStatements = fc.array(keyStatement, { maxLength: 5 });
  const principal = fc.constantFrom(ana, user('bob'), user('eve', elsewhere));

  it('do not depend on the order of statements, nor on their distribution over identity policies', () => {
    fc.assert(
      fc.property(principal, keyStatements, identityStatements, (who, key, identity) => {
        const one = outcome({
          principal: who,
          resourcePolicy: keyPolicy(...key),
          identityPolicies: [identityPolicy(...identity)],
        });
        const turned = keyPolicy(...key.toReversed());
        const spread = identity.toReversed().map((statement) => identityPolicy(statement));
        assert.equal(
          outcome({ principal: who, resourcePolicy: turned, identityPolicies: spread }),
          one,
        );
      }),
    );
  });

  it('never allow if a deny covers the request', () => {
    fc.assert(
      fc.property(
        principal,
        keyStatements,
        identityStatements,
        fc.boolean(),
        fc.nat(),
        (who, key, identity, inKeyPolicy, at) => {
          if (inKeyPolicy)
            key.splice(at % (key.length + 1), 0, {
              Effect: 'Deny',
              Action: ['kms:E*t'],
              Resource: ['*'],
              Principal: '*',
            });
          else
            identity.splice(at % (identity.length + 1), 0, {
              Effect: 'Deny',
              Action: ['kms:E*t'],
              Resource: ['*'],
            });
          assert.equal(
            decide({
              principal: who,
              resourcePolicy: keyPolicy(...key),
              identityPolicies: [identityPolicy(...identity)],
            }).allowed,
            false,
          );
        },
      ),
    );
  });

  it('never allow if no statement is an allow', () => {
    fc.assert(
      fc.property(principal, keyStatements, identityStatements, (who, key, identity) => {
        const keys = keyPolicy(...key.filter(({ Effect }) => Effect === 'Deny'));
        assert.equal(
          decide({
            principal: who,
            resourcePolicy: keys,
            identityPolicies: [identityPolicy(...identity)],
          }).allowed,
          false,
        );
      }),
    );
  });
});
