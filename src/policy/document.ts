/** A parsed policy document. Nothing in it was dropped or ignored. */
export interface PolicyDocument {
  readonly kind: PolicyKind;
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id?: string;
  readonly statements: readonly Statement[];
}

/**
 * A list that a request must match, or must not match (`NotAction`, `NotResource`, `NotPrincipal`).
 */
export interface Element<T> {
  readonly negated: boolean;
  readonly of: readonly T[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in identity policies, which apply to the principals that they are attached to. */
  readonly principals?: Element<PrincipalPattern>;
  /**
   * Actions as written: `kms:Encrypt`, `kms:Describe*`, `*`. If absent, the statement has no
   * effect.
   */
  readonly actions?: Element<string>;
  /**
   * Resources as written: `*`, or an ARN with wildcards and variables. If absent, the statement has
   * no effect, except in trust policies, which have no resources.
   */
  readonly resources?: Element<string>;
  /** Conditions, all of which must hold. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** The operator as written: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** The condition key as written. Case-insensitive. */
  readonly key: string;
  readonly values: readonly string[];
}

/** A principal that a statement of a resource policy names. */
export type PrincipalPattern =
  | { readonly kind: 'anyone' }
  /** The account as a whole, by its root ARN or its ID. */
  | { readonly kind: 'account'; readonly account: string }
  /** A user or a session. */
  | { readonly kind: 'arn'; readonly arn: string }
  /** Every session of a role. */
  | { readonly kind: 'role'; readonly arn: string }
  /** A user or role by its unique ID (`AIDA…`, `AROA…`) instead of its name. */
  | { readonly kind: 'unique-id'; readonly id: string }
  /** An identity provider. Only trust policies meet callers that a provider vouches for. */
  | { readonly kind: 'federated'; readonly provider: string }
  /** An AWS service. It matches no caller: no AWS service calls Keyhold. */
  | { readonly kind: 'service'; readonly name: string };

/**
 * The kind of a policy document. Key policies and role trust policies name principals; identity
 * policies (also boundaries, session policies and service control policies) must not. Trust
 * policies name no resources.
 */
export type PolicyKind = 'key' | 'identity' | 'trust';

/** Maximum size of a policy in bytes of UTF-8, as in AWS KMS. */
export const MAX_POLICY_BYTES = 32_768;

/**
 * Thrown if a text is not a policy that can be enforced. The message gives the reason, and quotes
 * nothing but names.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
