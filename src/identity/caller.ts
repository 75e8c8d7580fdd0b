import type { SecretText } from '../base/index.ts';
import type { Principal } from '../domain/index.ts';
import type { PrincipalPolicies } from '../policy/index.ts';

/** Whom an access key belongs to, with what it takes to check a signature and to authorise. */
export interface Caller {
  readonly secretAccessKey: SecretText;
  readonly principal: Principal;
  readonly policies: PrincipalPolicies;
}
