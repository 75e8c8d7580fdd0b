import type { CompiledPolicy } from './compile.ts';

/**
 * All policies of a principal, compiled. An absent kind does not limit; an empty list allows
 * nothing. Several policies of one kind count together: one allow among them is enough, and so is
 * one deny.
 */
export interface PrincipalPolicies {
  /** Inline and managed policies of the user and its groups, or of the role. */
  readonly identity: readonly CompiledPolicy[];
  /** Permissions boundary of the user or role. */
  readonly boundary?: CompiledPolicy;
  /** Session policies, given when the session was created. */
  readonly session?: readonly CompiledPolicy[];
  /** Service control policies of the principal's account. */
  readonly serviceControl?: readonly CompiledPolicy[];
}
