import type { Principal } from '../domain/index.ts';
import { callerIdentity } from './caller-identity.ts';
import type { CompiledPolicy } from './compile.ts';
import type { RequestContext } from './context.ts';

/** The request that would put a new key policy, question of that policy itself. */
export interface LockoutQuestion {
  readonly policy: CompiledPolicy;
  readonly principal: Principal;
  /** Conditions are judged as of this request. */
  readonly context: RequestContext;
  /** Without it (a key not made yet) every Resource is taken to mean the key. */
  readonly keyArn?: string;
}

/**
 * Whether the principal could still change the key policy under this one. As in AWS, naming the account counts: its
 * administrators can.
 */
export function lockoutSafe({ policy, principal, context, keyArn }: LockoutQuestion): boolean {
  const question = {
    who: callerIdentity(principal),
    action: 'kms:putkeypolicy',
    resourceArn: keyArn,
    context,
    bounded: false,
  };
  return policy.verdict(question)?.effect === 'allow';
}
