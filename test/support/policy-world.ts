/**
 * Test fixture for policy decisions: two accounts, some principals, and short forms of policies.
 */
import type { Principal } from '../../src/domain/index.ts';
import {
  authorize,
  compilePolicy,
  parsePolicy,
  type AccessRequest,
  type CompiledPolicy,
  type Decision,
  type GrantVerdict,
} from '../../src/policy/index.ts';

export const account = '111122223333';
export const elsewhere = '444455556666';
export const resourceArn = `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

export function user(name: string, of = account): Principal {
  return {
    account: of,
    arn: `arn:aws:iam::${of}:user/${name}`,
    userId: `AIDA${name.toUpperCase()}`,
    accessKeyId: 'AKIA',
    userName: name,
  };
}

export function keyPolicy(...statements: object[]): CompiledPolicy {
  return compilePolicy(
    parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements })),
  );
}

export function identityPolicy(...statements: object[]): CompiledPolicy {
  return compilePolicy(
    parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity'),
  );
}

export const allow = (principal: unknown, action = 'kms:*', resource = '*') => ({
  Effect: 'Allow',
  Principal: principal,
  Action: action,
  Resource: resource,
});
export const deny = (principal: unknown, action = 'kms:*') => ({
  ...allow(principal, action),
  Effect: 'Deny',
});
export const may = (action = 'kms:*', resource = '*') => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});
export const mayNot = (action = 'kms:*') => ({ ...may(action), Effect: 'Deny' });

export const ana = user('ana');
export const root = { AWS: `arn:aws:iam::${account}:root` };
export const itsAna = { AWS: ana.arn };

export interface DecisionInput extends Partial<AccessRequest> {
  readonly identityPolicies?: readonly CompiledPolicy[];
  readonly grant?: GrantVerdict;
}

export function decide({ identityPolicies = [], grant, ...more }: DecisionInput): Decision {
  const policies = { identity: identityPolicies };
  return authorize(
    {
      principal: ana,
      action: 'kms:Encrypt',
      resourceArn,
      resourceAccount: account,
      policies,
      ...more,
    },
    grant,
  );
}
export const outcome = (more: DecisionInput): string => {
  const decision = decide(more);
  return decision.allowed ? 'allowed' : decision.because;
};
