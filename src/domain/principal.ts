/** Who a request comes from, as policies, audit records and GetCallerIdentity name them. */
export interface Principal {
  /** 12 digits. */
  readonly account: string;
  readonly arn: string;
  /** The unique id (`AIDA…`), which a recreated user of the same name doesn't get again. */
  readonly userId: string;
  readonly accessKeyId: string;
  /** Present for IAM users. */
  readonly userName?: string;
}
