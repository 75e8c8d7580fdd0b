import { BoundedCache } from '../base/index.ts';
import type { PolicyHolder } from '../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../policy/index.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';

/** How many documents are kept compiled: those in use, whoever they are attached to. */
const CAPACITY = 4_096;

/** The policies of a holder, compiled: each document once, however many principals have it. */
export type PoliciesOf = (holder: PolicyHolder) => readonly CompiledPolicy[];

export function openPolicies(): PoliciesOf {
  const compiled = new BoundedCache<string, CompiledPolicy>(CAPACITY);

  function compile(document: string): CompiledPolicy {
    const known = compiled.get(document);
    if (known) return known;
    const policy = compilePolicy(parsePolicy(document, 'identity'));
    compiled.set(document, policy);
    return policy;
  }

  return ({ inlinePolicies, attachedPolicies }) =>
    [...Object.values(inlinePolicies), ...attachedPolicies.flatMap((arn) => awsManagedPolicies.get(arn) ?? [])].map(compile);
}
