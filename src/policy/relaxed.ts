import { compilePolicy, type CompiledPolicy } from './compile.ts';
import type { PolicyDocument } from './document.ts';
import type { PrincipalPolicies } from './principal-policies.ts';

/**
 * The most that a policy may allow, whatever requests show: the conditions of its allows taken to hold, those of its
 * denies not to. What is allowed only so depends on conditions.
 */
export function relaxed({ document, uniqueIds }: CompiledPolicy): CompiledPolicy {
  const statements = document.statements
    .filter(({ effect, conditions }) => effect === 'Allow' || conditions.length === 0)
    .map((statement) => ({ ...statement, conditions: [] }));
  const open: PolicyDocument = { ...document, statements };
  return compilePolicy(open, uniqueIds);
}

export function relaxedAll({
  identity,
  boundary,
  session,
  serviceControl,
}: PrincipalPolicies): PrincipalPolicies {
  return {
    identity: identity.map(relaxed),
    ...(boundary && { boundary: relaxed(boundary) }),
    ...(session && { session: session.map(relaxed) }),
    ...(serviceControl && { serviceControl: serviceControl.map(relaxed) }),
  };
}
