/**
 * policy: key policies and identity policies, from text to a decision with KMS's rules. Pure: no clock, no store, no
 * errors of the API. A document is parsed and compiled once (`parse.ts`, `compile.ts`); `authorize.ts` decides per
 * request, and is where to begin.
 */
export { authorize, lockoutSafe, type Access, type Decision, type Denial } from './authorize.ts';
export { compilePolicy, type CompiledPolicy } from './compile.ts';
export { defaultKeyPolicy } from './default-key-policy.ts';
export { denialText } from './denial-text.ts';
export { MAX_POLICY_BYTES, PolicyError, type PolicyDocument, type PolicyKind, type Statement } from './document.ts';
export { parsePolicy } from './parse.ts';
export type { PrincipalPolicies } from './principal-policies.ts';
