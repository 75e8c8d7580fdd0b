/**
 * policy: policies of every kind, from text to a decision by KMS's rules. Pure: no clock, no store,
 * no API errors. A document is parsed and compiled once (`parse.ts`, `compile.ts`, `conditions/`);
 * `authorize.ts` decides per request, and is where to begin. The caller supplies the request
 * context for conditions as a function (`context.ts`).
 */
export {
  authorize,
  evaluate,
  type AccessRequest,
  type Cause,
  type Decision,
  type GrantVerdict,
  type Source,
} from './authorize.ts';
export { compilePolicy, type CompiledPolicy } from './compile.ts';
export { noContext, type ContextValue, type RequestContext } from './context.ts';
export { defaultKeyPolicy } from './default-key-policy.ts';
export { denialText } from './denial-text.ts';
export {
  MAX_POLICY_BYTES,
  PolicyError,
  type PolicyDocument,
  type PolicyKind,
  type PrincipalPattern,
} from './document.ts';
export { statementJson } from './describe.ts';
export { lintPolicy, type Vocabulary } from './lint.ts';
export { lockoutSafe } from './lockout.ts';
export { parsePolicy } from './parse.ts';
export { type Naming } from './principal-pattern.ts';
export type { PrincipalPolicies } from './principal-policies.ts';
export { relaxed, relaxedAll } from './relaxed.ts';
export { trustVerdict } from './trust.ts';
export { callerIdentity, type CallerIdentity } from './caller-identity.ts';
