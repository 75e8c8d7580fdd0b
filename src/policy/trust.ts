import type { Principal } from '../domain/index.ts';
import { callerIdentity, federatedCaller } from './caller-identity.ts';
import type { CompiledPolicy, Verdict } from './compile.ts';
import type { RequestContext } from './context.ts';

/**
 * A request to assume a role, by a principal or by the bearer of a token of an identity provider
 * (named by its ARN).
 */
export interface TrustQuestion {
  readonly policy: CompiledPolicy;
  readonly caller: Principal | { readonly provider: string };
  /** The IAM action, such as `sts:AssumeRole`. */
  readonly action: string;
  readonly context: RequestContext;
}

/**
 * Returns what a role's trust policy says. If it allows by naming the account only, the caller's
 * own policies must allow too.
 * @example
 * ```ts
 * import { compilePolicy, noContext, parsePolicy, trustVerdict } from 'src/policy/index.ts';
 *
 * const action = 'sts:AssumeRoleWithWebIdentity';
 * const provider = 'arn:aws:iam::111122223333:oidc-provider/id.example.com';
 * const Statement = { Effect: 'Allow', Action: action, Principal: { Federated: provider } };
 * const policy = compilePolicy(parsePolicy(JSON.stringify({ Statement }), 'trust'));
 * const verdict = trustVerdict({ policy, caller: { provider }, action, context: noContext });
 * assert.equal(verdict?.effect, 'allow');
 * ```
 */
export function trustVerdict({
  policy,
  caller,
  action,
  context,
}: TrustQuestion): Verdict | undefined {
  const identity = 'provider' in caller ? federatedCaller(caller.provider) : callerIdentity(caller);
  return policy.verdict({
    caller: identity,
    action: action.toLowerCase(),
    resourceArn: undefined,
    context,
    bounded: false,
  });
}
