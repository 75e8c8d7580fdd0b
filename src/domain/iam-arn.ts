import type { IamEntityRow } from './identity-rows.ts';

/** Amazon Resource Names of IAM and STS. Source: "IAM identifiers" in the IAM User Guide. */
export type IamKind = 'user' | 'group' | 'role' | 'policy';

export function iamArn(
  kind: IamKind,
  { account, path, name }: Pick<IamEntityRow, 'account' | 'path' | 'name'>,
): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`;
}

/** Returns the ARN of an OpenID Connect provider. `url` has no scheme. */
export function oidcProviderArn(account: string, url: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${url}`;
}

export function assumedRoleArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

export interface ParsedIamArn {
  /** 12 digits, or `aws` for an AWS managed policy. */
  readonly account: string;
  readonly path: string;
  readonly name: string;
}

const IAM_ARN =
  /^arn:aws[a-z-]*:iam::(\d{12}|aws):(user|group|role|policy)(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]+)$/;

/** Parses the ARN of an entity. Returns undefined if it is malformed or of another kind. */
export function parseIamArn(kind: IamKind, arn: string): ParsedIamArn | undefined {
  const [, account, found, path, name] = IAM_ARN.exec(arn) ?? [];
  return account && found === kind && path && name ? { account, path, name } : undefined;
}
