import type { Principal } from '../domain/index.ts';
import { callerIdentity } from './caller-identity.ts';
import type { CompiledPolicy } from './compile.ts';
import type { RequestContext } from './context.ts';

/** The question whether a principal may put a key policy, asked of that policy itself. */
export interface LockoutQuestion {
  readonly policy: CompiledPolicy;
  readonly principal: Principal;
  /** The request context for conditions. */
  readonly context: RequestContext;
  /** The key's ARN. If absent (the key is not created yet), every Resource is taken to match it. */
  readonly keyArn?: string;
}

/**
 * Returns whether the principal could still change the key policy under this one. As in AWS, naming
 * the account is enough, because its administrators can change the policy.
 * @example
 * ```ts
 * import * as policy from 'src/policy/index.ts';
 *
 * const account = '111122223333';
 * const arn = `arn:aws:iam::${account}:user/ana`;
 * const question = {
 *   policy: policy.compilePolicy(policy.parsePolicy(policy.defaultKeyPolicy('444455556666'))),
 *   principal: { account, arn, userId: 'AIDAEXAMPLE', accessKeyId: '' },
 *   context: policy.noContext,
 * };
 * assert.equal(policy.lockoutSafe(question), false, 'the policy names another account only');
 * ```
 */
export function lockoutSafe({ policy, principal, context, keyArn }: LockoutQuestion): boolean {
  const question = {
    caller: callerIdentity(principal),
    action: 'kms:putkeypolicy',
    resourceArn: keyArn,
    context,
    bounded: false,
  };
  return policy.verdict(question)?.effect === 'allow';
}
