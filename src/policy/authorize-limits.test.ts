import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '../domain/index.ts';
import { type CompiledPolicy, type PrincipalPolicies } from './index.ts';
import {
  account,
  elsewhere,
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

describe('authorize, with policies that limit the principal', () => {
  const only = (action: string): CompiledPolicy => identityPolicy(may(action));
  const role = `arn:aws:iam::${account}:role/app`;
  const session: Principal = {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/app/s1`,
    userId: 'AROAAPP:s1',
    accessKeyId: 'ASIA',
    session: { roleArn: role, issuedAt: 0 },
  };
  const byName = { resourcePolicy: keyPolicy(allow(itsAna)) };
  const byRole = { principal: session, resourcePolicy: keyPolicy(allow({ AWS: role })) };
  const bySession = { principal: session, resourcePolicy: keyPolicy(allow({ AWS: session.arn })) };
  const byAll = { principal: session, resourcePolicy: keyPolicy(allow('*')) };
  const delegated = { resourcePolicy: keyPolicy(allow(root)) };
  const limits = (
    more: Omit<PrincipalPolicies, 'identity'>,
    ...identity: CompiledPolicy[]
  ): Pick<DecisionInput, 'policies'> => ({
    policies: { identity, ...more },
  });
  const boundary = { boundary: only('kms:Decrypt') };
  const sessionPolicy = { session: [only('kms:Decrypt')] };
  const serviceControl = { serviceControl: [only('kms:Decrypt')] };

  // Source: "How permissions boundaries, session policies and resource-based policies interact",
  // IAM User Guide.
  const cases: readonly [string, string, DecisionInput][] = [
    [
      'applies a boundary as a limit on identity policies',
      'no-boundary-allow',
      { ...delegated, ...limits(boundary, only('kms:*')) },
    ],
    [
      'allows nothing by a boundary alone',
      'no-identity-allow',
      { ...delegated, ...limits({ boundary: only('kms:*') }) },
    ],
    [
      'allows a request that both boundary and identity policy allow',
      'allowed',
      { ...delegated, ...limits({ boundary: only('kms:*') }, only('kms:*')) },
    ],
    [
      'applies no boundary to a user that the key policy names',
      'allowed',
      { ...byName, ...limits(boundary) },
    ],
    [
      'applies a boundary to a role that the key policy names',
      'no-boundary-allow',
      { ...byRole, ...limits(boundary) },
    ],
    [
      'applies no boundary to a session that the key policy names',
      'allowed',
      { ...bySession, ...limits(boundary) },
    ],
    [
      'applies no boundary if the key policy allows everyone',
      'allowed',
      { ...byAll, ...limits(boundary) },
    ],
    [
      'denies if a boundary denies',
      'boundary-deny',
      { ...byName, ...limits({ boundary: identityPolicy(may(), mayNot()) }) },
    ],
    [
      'applies a session policy to a role that the key policy names',
      'no-session-allow',
      { ...byRole, ...limits(sessionPolicy) },
    ],
    [
      'applies no session policy to a session that the key policy names',
      'allowed',
      { ...bySession, ...limits(sessionPolicy) },
    ],
    [
      'denies if a session policy denies',
      'session-deny',
      { ...bySession, ...limits({ session: [identityPolicy(mayNot())] }) },
    ],
    [
      'combines session policies',
      'allowed',
      { ...byRole, ...limits({ session: [only('kms:Decrypt'), only('kms:Encrypt')] }) },
    ],
    [
      'applies service control policies to everyone',
      'no-service-control-allow',
      { ...byName, ...limits(serviceControl) },
    ],
    [
      'denies if a service control policy denies',
      'service-control-deny',
      { ...byName, ...limits({ serviceControl: [identityPolicy(may(), mayNot())] }) },
    ],
    [
      'allows nothing under an empty list of service control policies',
      'no-service-control-allow',
      { ...byName, ...limits({ serviceControl: [] }) },
    ],
    [
      'applies service control policies to the root user',
      'no-service-control-allow',
      { principal: { ...ana, arn: root.AWS }, ...delegated, ...limits(serviceControl) },
    ],
    [
      'applies a boundary to callers of other accounts that the key policy names',
      'no-boundary-allow',
      {
        principal: user('eve', elsewhere),
        resourcePolicy: keyPolicy(allow({ AWS: user('eve', elsewhere).arn })),
        ...limits(boundary, only('kms:*')),
      },
    ],
    [
      'exempts principals that NotPrincipal lists',
      'allowed',
      {
        resourcePolicy: keyPolicy(allow('*'), {
          ...deny('*'),
          Principal: undefined,
          NotPrincipal: itsAna,
        }),
      },
    ],
    [
      'does not exempt a principal with a boundary by NotPrincipal',
      'resource-deny',
      {
        resourcePolicy: keyPolicy(allow('*'), {
          ...deny('*'),
          Principal: undefined,
          NotPrincipal: itsAna,
        }),
        ...limits({ boundary: only('kms:*') }),
      },
    ],
    [
      'does not exempt the users of an account that NotPrincipal lists',
      'resource-deny',
      {
        resourcePolicy: keyPolicy(allow('*'), {
          ...deny('*'),
          Principal: undefined,
          NotPrincipal: root,
        }),
      },
    ],
    [
      'treats a grant to the caller as an allow',
      'allowed',
      { ...delegated, grant: { naming: 'itself', grantId: 'g' } },
    ],
    [
      'applies a boundary to a grant to a role',
      'no-boundary-allow',
      {
        ...byRole,
        resourcePolicy: keyPolicy(),
        grant: { naming: 'role', grantId: 'g' },
        ...limits(boundary),
      },
    ],
    [
      'applies no boundary to a grant to the session itself',
      'allowed',
      { ...byRole, grant: { naming: 'itself', grantId: 'g' }, ...limits(boundary) },
    ],
    [
      'denies despite a grant if a policy denies',
      'resource-deny',
      { resourcePolicy: keyPolicy(deny('*')), grant: { naming: 'itself', grantId: 'g' } },
    ],
    [
      'requires identity policies in addition to a grant from another account',
      'no-identity-allow',
      {
        principal: user('eve', elsewhere),
        resourcePolicy: keyPolicy(),
        grant: { naming: 'itself', grantId: 'g' },
      },
    ],
    [
      'confines key administration to the account of the key, whatever policies say',
      'hidden',
      {
        principal: user('eve', elsewhere),
        action: 'kms:PutKeyPolicy',
        resourcePolicy: keyPolicy(allow('*')),
        identityPolicies: [only('*')],
      },
    ],
    [
      'allows the root user actions that need no key',
      'allowed',
      { principal: { ...ana, arn: root.AWS }, action: 'kms:CreateKey', resourceArn: '*' },
    ],
  ];
  for (const [behaviour, expected, more] of cases)
    it(behaviour, () => assert.equal(outcome(more), expected));

  it('reports the statements and the grant that led to the decision', () => {
    const allowed = decide({ ...delegated, ...limits({ boundary: only('kms:*') }, only('kms:*')) });
    assert.deepEqual(
      allowed.by.map(({ source, statement }) => [source, statement?.actions?.of]),
      [
        ['resource', ['kms:*']],
        ['identity', ['kms:*']],
        ['boundary', ['kms:*']],
      ],
    );
    const granted = decide({
      resourcePolicy: keyPolicy(),
      grant: { naming: 'itself', grantId: 'g' },
    });
    assert.deepEqual(granted.by, [{ source: 'resource', grantId: 'g' }]);
    assert.deepEqual(
      decide({ ...byName, identityPolicies: [identityPolicy(mayNot())] }).by.map(
        ({ source }) => source,
      ),
      ['identity'],
    );
  });
});
