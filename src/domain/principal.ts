/** Who a request comes from, as policies, audit records and GetCallerIdentity name them. */
export interface Principal {
  /** 12 digits. */
  readonly account: string;
  /** A user's ARN, the account's root, or the ARN of a session (`…:assumed-role/…`, `…:federated-user/…`). */
  readonly arn: string;
  /** The unique id (`AIDA…`), which a recreated user of the same name doesn't get again; of a session `AROA…:name`. */
  readonly userId: string;
  readonly accessKeyId: string;
  /** Present for IAM users. */
  readonly userName?: string;
  /** The tags of the user or role, and over them those of the session: what `aws:PrincipalTag` shows. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Present exactly if the credentials are temporary. */
  readonly session?: PrincipalSession;
}

/** What is known of temporary credentials beside whose they are. */
export interface PrincipalSession {
  /** The role that was assumed, by its IAM ARN with its path. */
  readonly roleArn?: string;
  /** When the credentials were issued, in milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly sourceIdentity?: string;
  /** Which of the tags go on to the sessions that are made with these credentials. */
  readonly transitiveTagKeys?: readonly string[];
  /** The ARN of the OIDC provider whose token was exchanged for the credentials. */
  readonly federatedProvider?: string;
}
