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

describe('authorize, with what limits a principal', () => {
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

  // Source: "How permissions boundaries, session policies and resource-based policies interact", IAM User Guide.
  const cases: readonly [string, string, DecisionInput][] = [
    [
      'lets a boundary limit identity policies',
      'no-boundary-allow',
      { ...delegated, ...limits(boundary, only('kms:*')) },
    ],
    [
      'lets a boundary alone allow nothing',
      'no-identity-allow',
      { ...delegated, ...limits({ boundary: only('kms:*') }) },
    ],
    [
      'allows what both boundary and identity policy allow',
      'allowed',
      { ...delegated, ...limits({ boundary: only('kms:*') }, only('kms:*')) },
    ],
    [
      'lets no boundary limit a user whom the key policy names',
      'allowed',
      { ...byName, ...limits(boundary) },
    ],
    [
      'lets a boundary limit a role that the key policy names',
      'no-boundary-allow',
      { ...byRole, ...limits(boundary) },
    ],
    [
      'lets no boundary limit a session that the key policy names',
      'allowed',
      { ...bySession, ...limits(boundary) },
    ],
    [
      'lets no boundary limit what the key policy allows everyone',
      'allowed',
      { ...byAll, ...limits(boundary) },
    ],
    [
      'lets a deny of a boundary win',
      'boundary-deny',
      { ...byName, ...limits({ boundary: identityPolicy(may(), mayNot()) }) },
    ],
    [
      'lets a session policy limit a role',
      'no-session-allow',
      { ...byRole, ...limits(sessionPolicy) },
    ],
    [
      'lets no session policy limit a session that the key policy names',
      'allowed',
      { ...bySession, ...limits(sessionPolicy) },
    ],
    [
      'lets a deny of a session policy win',
      'session-deny',
      { ...bySession, ...limits({ session: [identityPolicy(mayNot())] }) },
    ],
    [
      'takes session policies together',
      'allowed',
      { ...byRole, ...limits({ session: [only('kms:Decrypt'), only('kms:Encrypt')] }) },
    ],
    [
      'lets service control policies limit everyone',
      'no-service-control-allow',
      { ...byName, ...limits(serviceControl) },
    ],
    [
      'lets a deny of a service control policy win',
      'service-control-deny',
      { ...byName, ...limits({ serviceControl: [identityPolicy(may(), mayNot())] }) },
    ],
    [
      'lets an empty list of service control policies allow nothing',
      'no-service-control-allow',
      { ...byName, ...limits({ serviceControl: [] }) },
    ],
    [
      'lets service control policies limit the root user',
      'no-service-control-allow',
      { principal: { ...ana, arn: root.AWS }, ...delegated, ...limits(serviceControl) },
    ],
    [
      'lets a boundary limit callers from other accounts whom the key policy names',
      'no-boundary-allow',
      {
        principal: user('eve', elsewhere),
        resourcePolicy: keyPolicy(allow({ AWS: user('eve', elsewhere).arn })),
        ...limits(boundary, only('kms:*')),
      },
    ],
    [
      'excepts by NotPrincipal whom it lists',
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
      'excepts nobody by NotPrincipal who has a boundary',
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
      'does not except by NotPrincipal the users of an account that it lists',
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
      'takes a grant to the caller for an allow',
      'allowed',
      { ...delegated, grant: { naming: 'itself', grantId: 'g' } },
    ],
    [
      'lets a boundary limit a grant to a role',
      'no-boundary-allow',
      {
        ...byRole,
        resourcePolicy: keyPolicy(),
        grant: { naming: 'role', grantId: 'g' },
        ...limits(boundary),
      },
    ],
    [
      'lets no boundary limit a grant to the session itself',
      'allowed',
      { ...byRole, grant: { naming: 'itself', grantId: 'g' }, ...limits(boundary) },
    ],
    [
      'lets a deny win over a grant',
      'resource-deny',
      { resourcePolicy: keyPolicy(deny('*')), grant: { naming: 'itself', grantId: 'g' } },
    ],
    [
      'asks for identity policies beside a grant from another account',
      'no-identity-allow',
      {
        principal: user('eve', elsewhere),
        resourcePolicy: keyPolicy(),
        grant: { naming: 'itself', grantId: 'g' },
      },
    ],
    [
      'keeps key administration in the account of the key, whatever policies say',
      'hidden',
      {
        principal: user('eve', elsewhere),
        action: 'kms:PutKeyPolicy',
        resourcePolicy: keyPolicy(allow('*')),
        identityPolicies: [only('*')],
      },
    ],
    [
      'lets the root user do what needs no key',
      'allowed',
      { principal: { ...ana, arn: root.AWS }, action: 'kms:CreateKey', resourceArn: '*' },
    ],
  ];
  for (const [behaviour, expected, more] of cases)
    it(behaviour, () => assert.equal(outcome(more), expected));

  it('says which statements and which grant decided', () => {
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
