import type { Principal } from '../domain/index.ts';
import { callerIdentity, federatedCaller } from './caller-identity.ts';
import type { CompiledPolicy, Verdict } from './compile.ts';
import type { RequestContext } from './context.ts';

/** Someone who asks to become a role: a principal, or the bearer of a token of an identity provider (by its ARN). */
export interface TrustQuestion {
  readonly policy: CompiledPolicy;
  readonly caller: Principal | { readonly provider: string };
  /** `sts:AssumeRole`. */
  readonly action: string;
  readonly context: RequestContext;
}

/** What a role's trust policy says. An allow that names the account alone takes an allow of the caller's own policies too. */
export function trustVerdict({
  policy,
  caller,
  action,
  context,
}: TrustQuestion): Verdict | undefined {
  const who = 'provider' in caller ? federatedCaller(caller.provider) : callerIdentity(caller);
  return policy.verdict({
    who,
    action: action.toLowerCase(),
    resourceArn: undefined,
    context,
    bounded: false,
  });
}
