import { compilePolicy, type CompiledPolicy } from './compile.ts';
import type { PolicyDocument } from './document.ts';
import type { PrincipalPolicies } from './principal-policies.ts';

/**
 * Returns the policy that allows the most this one could, whatever a request contains: the
 * conditions of its allows are taken to hold, those of its denies are not. A request that is
 * allowed only under the relaxed policy depends on conditions.
 * @example
 * ```ts
 * import { compilePolicy, parsePolicy, relaxed } from 'src/policy/index.ts';
 *
 * const Condition = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
 * const Statement = { Effect: 'Allow', Action: 'kms:*', Resource: '*', Condition };
 * const policy = compilePolicy(parsePolicy(JSON.stringify({ Statement }), 'identity'));
 * assert.deepEqual(relaxed(policy).document.statements[0]?.conditions, []);
 * ```
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
