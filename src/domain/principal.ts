/** The caller of a request, as policies, audit records and GetCallerIdentity name it. */
export interface Principal {
  /** 12 digits. */
  readonly account: string;
  /**
   * ARN of a user, of the account's root, or of a session (`…:assumed-role/…`,
   * `…:federated-user/…`).
   */
  readonly arn: string;
  /**
   * Unique ID (`AIDA…`), which a recreated user of the same name does not get again. For a session
   * `AROA…:name`.
   */
  readonly userId: string;
  readonly accessKeyId: string;
  /** Present for IAM users. */
  readonly userName?: string;
  /** Tags of the user or role, overridden by those of the session. Values of `aws:PrincipalTag`. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Present exactly if the credentials are temporary. */
  readonly session?: PrincipalSession;
}

/** Properties of temporary credentials in addition to their principal. */
export interface PrincipalSession {
  /** IAM ARN of the assumed role, with its path. */
  readonly roleArn?: string;
  /** When the credentials were issued, in milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly sourceIdentity?: string;
  /** Keys of the tags that are passed on to sessions created with these credentials. */
  readonly transitiveTagKeys?: readonly string[];
  /** The ARN of the OIDC provider whose token was exchanged for the credentials. */
  readonly federatedProvider?: string;
}
