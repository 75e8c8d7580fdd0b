/** A parsed policy document: everything in it is understood, nothing was dropped. */
export interface PolicyDocument {
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id?: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Empty in identity policies: they speak of whom they are attached to. */
  readonly principals: readonly PrincipalPattern[];
  /** As written: `kms:Encrypt`, `kms:Describe*`, `*`. Empty: the statement has no effect. */
  readonly actions: readonly string[];
  /** As written: `*` or an ARN with wildcards. Empty: the statement has no effect. */
  readonly resources: readonly string[];
}

/** Whom a statement of a key policy names. */
export type PrincipalPattern =
  | { readonly kind: 'anyone' }
  /** The account's root ARN or its id: the account as a whole. */
  | { readonly kind: 'account'; readonly account: string }
  /** A user, or a session. */
  | { readonly kind: 'arn'; readonly arn: string }
  /** Every session of a role. */
  | { readonly kind: 'role'; readonly account: string; readonly name: string; readonly arn: string }
  /** `AIDA…` or `AROA…`: a user or role by what it is, not by what it is called. */
  | { readonly kind: 'unique-id'; readonly id: string }
  /** An AWS service or an identity provider: no caller of Keyhold is one. */
  | { readonly kind: 'nobody' };

/** Key policies name principals, identity policies must not. */
export type PolicyKind = 'key' | 'identity';

/** As in AWS KMS, in UTF-8. */
export const MAX_POLICY_BYTES = 32_768;

/** The text is not a policy that can be honoured; the message says why, without quoting more than names. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
