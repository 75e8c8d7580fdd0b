import type { Principal } from '../domain/index.ts';
import type { Asked, CompiledPolicy } from './compile.ts';
import type { PrincipalPolicies } from './principal-policies.ts';

/** One thing that a principal wants to do to one resource. */
export interface Access {
  readonly principal: Principal;
  /** `kms:Encrypt`; case does not matter. */
  readonly action: string;
  /** An ARN, or `*` for what belongs to the account as a whole. */
  readonly resourceArn: string;
  readonly resourceAccount: string;
  /** Present exactly if the resource is a KMS key. */
  readonly keyPolicy?: CompiledPolicy;
  readonly policies: PrincipalPolicies;
}

/** `hidden`: nothing of the resource's may show, not even that it exists, because it is another account's. */
export interface Denial {
  readonly allowed: false;
  readonly because: 'identity-deny' | 'resource-deny' | 'no-identity-allow' | 'no-resource-allow' | 'hidden';
}
export type Decision = { readonly allowed: true } | Denial;

const allowed: Decision = { allowed: true };

function denied(because: Denial['because']): Denial {
  return { allowed: false, because };
}

/**
 * Decides as KMS does. In the key's account a key policy that names the principal is enough, one that names the account
 * leaves it to the identity policies, and without either identity policies allow nothing. From another account it takes
 * both. What is not a key is a matter of identity policies alone. An explicit deny anywhere wins.
 */
export function authorize({ principal, action, resourceArn, resourceAccount, keyPolicy, policies }: Access): Decision {
  const asked: Asked = { action: action.toLowerCase(), resourceArn };
  const identity = identityVerdict(policies.identity, asked);
  const foreign = principal.account !== resourceAccount;
  if (!keyPolicy) {
    if (foreign) return denied('hidden');
    return byIdentity(identity);
  }
  const resource = keyPolicy.forResource(principal, asked);
  if (foreign) return resource === undefined || resource === 'deny' ? denied('hidden') : byIdentity(identity);
  if (identity === 'deny') return denied('identity-deny');
  if (resource === 'deny') return denied('resource-deny');
  if (resource === 'itself') return allowed;
  return resource === 'account' ? byIdentity(identity) : denied('no-resource-allow');
}

function byIdentity(verdict: 'deny' | 'allow' | undefined): Decision {
  if (verdict === 'allow') return allowed;
  return denied(verdict === 'deny' ? 'identity-deny' : 'no-identity-allow');
}

function identityVerdict(policies: readonly CompiledPolicy[], asked: Asked): 'deny' | 'allow' | undefined {
  let verdict: 'allow' | undefined;
  for (const policy of policies) {
    const one = policy.forIdentity(asked);
    if (one === 'deny') return one;
    verdict = one ?? verdict;
  }
  return verdict;
}

/**
 * Whether the principal could still change the key policy under this one. As in AWS, naming the account counts: its
 * administrators can. Without a key ARN (a key not made yet) every Resource is taken to mean the key.
 */
export function lockoutSafe(policy: CompiledPolicy, principal: Principal, keyArn?: string): boolean {
  const verdict = policy.forResource(principal, { action: 'kms:putkeypolicy', resourceArn: keyArn });
  return verdict === 'itself' || verdict === 'account';
}
