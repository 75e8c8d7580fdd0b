import type { Principal } from '../domain/index.ts';

/** The identifiers by which a policy can name a caller, computed once per decision. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  /** The role's ARN, if the caller is a session of a role. */
  readonly roleArn: string | undefined;
  /** `AIDA…` of a user, or `AROA…` of a session's role. */
  readonly uniqueId: string;
  readonly isRoot: boolean;
  /** The identity provider that vouches for a caller without an ARN yet. */
  readonly provider: string | undefined;
}

const ROOT = /^arn:[a-z-]+:iam::\d{12}:root$/;
const ROLE_SESSION = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\//;

export function callerIdentity({ account, arn, userId, session }: Principal): CallerIdentity {
  return {
    account,
    arn,
    roleArn: session?.roleArn ?? roleOfSession(arn),
    // A session's ID is its role's, a colon and the session's name.
    uniqueId: userId.replace(/:.*$/, ''),
    isRoot: ROOT.test(arn),
    provider: undefined,
  };
}

/**
 * Returns the identity of the bearer of a token from an identity provider, who asks to assume a
 * role.
 */
export function federatedCaller(provider: string): CallerIdentity {
  return { account: '', arn: '', roleArn: undefined, uniqueId: '', isRoot: false, provider };
}

/** Returns the role of a session. The session's ARN contains the role's name, but not its path. */
function roleOfSession(arn: string): string | undefined {
  const [, partition, account, name] = ROLE_SESSION.exec(arn) ?? [];
  return name === undefined ? undefined : `arn:${partition}:iam::${account}:role/${name}`;
}
