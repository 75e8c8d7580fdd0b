import {
  authorize,
  compilePolicy,
  parsePolicy,
  type CompiledPolicy,
  type PolicyKind,
  type PrincipalPolicies,
} from '../../src/policy/index.ts';
import { account, type GeneratedRequest, type Document, type Policies } from './generated-case.ts';
import type { Verdict } from './oracle.ts';

/** Outcome of a decision. `hidden` stands for either kind of denial. */
export type Outcome = Verdict | 'hidden';

export function compiled(document: Document, kind: PolicyKind): CompiledPolicy {
  return compilePolicy(parsePolicy(JSON.stringify(document), kind));
}

/** Returns a function that decides with Keyhold's policy engine, in the oracle's terms. */
export function deciderOf({
  identity,
  boundary,
  session,
  serviceControl,
  key,
}: Policies): (request: GeneratedRequest) => Outcome {
  const policies: PrincipalPolicies = {
    identity: identity.map((document) => compiled(document, 'identity')),
    ...(boundary && { boundary: compiled(boundary, 'identity') }),
    ...(session && { session: [compiled(session, 'identity')] }),
    ...(serviceControl && { serviceControl: [compiled(serviceControl, 'identity')] }),
  };
  const keyPolicy = compiled(key, 'key');
  return ({ principal, action, resource, context }) => {
    const shown = new Map(
      Object.entries(context).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const decision = authorize({
      principal,
      action,
      resourceArn: resource,
      policies,
      ...(resource === '*'
        ? { resourceAccount: principal.account }
        : { resourceAccount: account, resourcePolicy: keyPolicy }),
      context: (name) => shown.get(name),
    });
    if (decision.allowed) return 'Allowed';
    if (decision.because === 'hidden') return 'hidden';
    return decision.because.endsWith('-deny') ? 'ExplicitlyDenied' : 'ImplicitlyDenied';
  };
}
