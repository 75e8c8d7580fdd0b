/** A parsed policy document: everything in it is understood, nothing was dropped. */
export interface PolicyDocument {
  readonly kind: PolicyKind;
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id?: string;
  readonly statements: readonly Statement[];
}

/** A list that a request must match, or (`NotAction`, `NotResource`, `NotPrincipal`) must not. */
export interface Element<T> {
  readonly negated: boolean;
  readonly of: readonly T[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in identity policies: they speak of whom they are attached to. */
  readonly principals?: Element<PrincipalPattern>;
  /** As written: `kms:Encrypt`, `kms:Describe*`, `*`. Absent: the statement has no effect. */
  readonly actions?: Element<string>;
  /** As written: `*` or an ARN with wildcards and variables. Absent: no effect, but in trust policies, which have none. */
  readonly resources?: Element<string>;
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** As written: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** As written; case does not matter. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Whom a statement of a resource's policy names. */
export type PrincipalPattern =
  | { readonly kind: 'anyone' }
  /** The account's root ARN or its id: the account as a whole. */
  | { readonly kind: 'account'; readonly account: string }
  /** A user, or a session. */
  | { readonly kind: 'arn'; readonly arn: string }
  /** Every session of a role. */
  | { readonly kind: 'role'; readonly arn: string }
  /** `AIDA…` or `AROA…`: a user or role by what it is, not by what it is called. */
  | { readonly kind: 'unique-id'; readonly id: string }
  /** An identity provider: only trust policies meet callers that one vouches for. */
  | { readonly kind: 'federated'; readonly provider: string }
  /** An AWS service: no caller of Keyhold is one. */
  | { readonly kind: 'service'; readonly name: string };

/**
 * Key policies and role trust policies name principals; identity policies (also boundaries, session policies, service
 * control policies) must not. Trust policies name no resources.
 */
export type PolicyKind = 'key' | 'identity' | 'trust';

/** As in AWS KMS, in UTF-8. */
export const MAX_POLICY_BYTES = 32_768;

/** The text is not a policy that can be honoured; the message says why, without quoting more than names. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
