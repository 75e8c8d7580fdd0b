import type { Principal } from '../domain/index.ts';

/** By what a policy can name a caller, worked out once per decision. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  /** The role's ARN if the caller is a session of one. */
  readonly roleArn: string | undefined;
  /** `AIDA…` of a user, `AROA…` of a session's role. */
  readonly uniqueId: string;
  readonly isRoot: boolean;
  /** The identity provider that vouches for a caller who has no other name yet. */
  readonly provider: string | undefined;
}

const ROOT = /^arn:[a-z-]+:iam::\d{12}:root$/;
const ROLE_SESSION = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\//;

export function callerIdentity({ account, arn, userId, session }: Principal): CallerIdentity {
  return {
    account,
    arn,
    roleArn: session?.roleArn ?? roleOfSession(arn),
    // A session's id is its role's, a colon and the session's name.
    uniqueId: userId.replace(/:.*$/, ''),
    isRoot: ROOT.test(arn),
    provider: undefined,
  };
}

/** Someone with a token of an identity provider, who asks to become a role. */
export function federatedCaller(provider: string): CallerIdentity {
  return { account: '', arn: '', roleArn: undefined, uniqueId: '', isRoot: false, provider };
}

/** A session's ARN tells its role but for the path. */
function roleOfSession(arn: string): string | undefined {
  const [, partition, account, name] = ROLE_SESSION.exec(arn) ?? [];
  return name === undefined ? undefined : `arn:${partition}:iam::${account}:role/${name}`;
}
