import type { IamEntityRow } from './identity-rows.ts';

/** Amazon Resource Names of IAM and STS. Source: "IAM identifiers" in the IAM User Guide. */
export type IamKind = 'user' | 'group' | 'role' | 'policy';

export function iamArn(
  kind: IamKind,
  { account, path, name }: Pick<IamEntityRow, 'account' | 'path' | 'name'>,
): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`;
}

/** `url` without its scheme. */
export function oidcProviderArn(account: string, url: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${url}`;
}

export function assumedRoleArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

export interface ParsedIamArn {
  /** 12 digits, or `aws` for a managed policy of AWS. */
  readonly account: string;
  readonly path: string;
  readonly name: string;
}

const IAM_ARN =
  /^arn:aws[a-z-]*:iam::(\d{12}|aws):(user|group|role|policy)(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]+)$/;

/** Undefined if it isn't the ARN of an entity of that kind. */
export function parseIamArn(kind: IamKind, arn: string): ParsedIamArn | undefined {
  const [, account, found, path, name] = IAM_ARN.exec(arn) ?? [];
  return account && found === kind && path && name ? { account, path, name } : undefined;
}
