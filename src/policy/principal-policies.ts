import type { CompiledPolicy } from './compile.ts';

/**
 * All policies that come with a principal, compiled. What is absent does not limit; an empty list that is there allows
 * nothing. Several policies of one kind count together: one allow among them is enough, one deny too.
 */
export interface PrincipalPolicies {
  /** Attached to the user and its groups, or to the role: inline and managed. */
  readonly identity: readonly CompiledPolicy[];
  /** The permissions boundary of the user or role. */
  readonly boundary?: CompiledPolicy;
  /** Given when the session was made. */
  readonly session?: readonly CompiledPolicy[];
  /** Of the principal's account, if it has any. */
  readonly serviceControl?: readonly CompiledPolicy[];
}
