import type { Principal, PrincipalSession } from '../domain/index.ts';
import type { SessionContext, UserIdentity } from './event.ts';

/**
 * Cached per principal: callers are kept from request to request, until something about them
 * changes.
 */
const known = new WeakMap<Principal, UserIdentity>();

export function userIdentity(principal: Principal): UserIdentity {
  let identity = known.get(principal);
  if (!identity) known.set(principal, (identity = identityOf(principal)));
  return identity;
}

function identityOf(principal: Principal): UserIdentity {
  const { account, arn, userId, accessKeyId, userName, session } = principal;
  const named = userName === undefined ? {} : { userName };
  // Callers with a token of an identity provider do not belong to the account yet.
  if (arn === '') return { type: 'WebIdentityUser', principalId: userId, ...named };
  const identity = {
    type: typeOf(arn),
    principalId: userId,
    arn,
    accountId: account,
    accessKeyId,
    ...named,
  };
  return session ? { ...identity, sessionContext: sessionContext(principal, session) } : identity;
}

function typeOf(arn: string): 'IAMUser' | 'Root' | 'AssumedRole' {
  if (arn.endsWith(':root')) return 'Root';
  return arn.includes(':assumed-role/') ? 'AssumedRole' : 'IAMUser';
}

function sessionContext({ account, userId }: Principal, session: PrincipalSession): SessionContext {
  const { roleArn, issuedAt, sourceIdentity, federatedProvider } = session;
  return {
    ...(roleArn !== undefined && { sessionIssuer: issuerOf(account, userId, roleArn) }),
    ...(federatedProvider !== undefined && { webIdFederationData: { federatedProvider } }),
    attributes: { creationDate: isoSeconds(issuedAt), mfaAuthenticated: 'false' },
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  };
}

function issuerOf(
  accountId: string,
  userId: string,
  arn: string,
): NonNullable<SessionContext['sessionIssuer']> {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  // A session's ID is its role's, a colon and the session's name.
  return { type: 'Role', principalId: userId.replace(/:.*$/, ''), arn, accountId, userName: name };
}

/** The last formatted second. Most events fall into the same second as the event before. */
let last = { second: Number.NaN, text: '' };

/** Formats a time as CloudTrail does: to the second. */
export function isoSeconds(time: number): string {
  const second = Math.floor(time / 1_000);
  if (second !== last.second)
    last = { second, text: `${new Date(second * 1_000).toISOString().slice(0, 19)}Z` };
  return last.text;
}
