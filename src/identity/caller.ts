import type { SecretText } from '../base/index.ts';
import {
  assumedRoleArn,
  iamArn,
  type Principal,
  type RoleRow,
  type Tag,
  type UserRow,
} from '../domain/index.ts';
import type { PrincipalPolicies } from '../policy/index.ts';
import type { Session } from './session-token.ts';

/** The owner of an access key, with everything needed to verify a signature and to authorize. */
export interface Caller {
  readonly secretAccessKey: SecretText;
  readonly principal: Principal;
  readonly policies: PrincipalPolicies;
}

export function userPrincipal(user: UserRow, accessKeyId: string, session?: Session): Principal {
  const { account, name, userId, tags } = user;
  return {
    account,
    arn: iamArn('user', user),
    userId,
    accessKeyId,
    userName: name,
    ...(tags.length > 0 && { tags: tagMap(tags) }),
    ...(session && { session: { issuedAt: session.issuedAt } }),
  };
}

export function rolePrincipal(role: RoleRow, accessKeyId: string, session: Session): Principal {
  const { account, name, roleId } = role;
  const {
    sessionName = '',
    issuedAt,
    sourceIdentity,
    federatedProvider,
    transitiveTagKeys,
  } = session;
  const tags = { ...tagMap(role.tags), ...session.tags };
  return {
    account,
    arn: assumedRoleArn(account, name, sessionName),
    userId: `${roleId}:${sessionName}`,
    accessKeyId,
    ...(Object.keys(tags).length > 0 && { tags }),
    session: {
      roleArn: iamArn('role', role),
      issuedAt,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...(federatedProvider !== undefined && { federatedProvider }),
      ...(transitiveTagKeys && { transitiveTagKeys }),
    },
  };
}

function tagMap(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
