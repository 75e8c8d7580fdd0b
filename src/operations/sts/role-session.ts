import { assumedRoleArn, KmsError, type RoleRow } from '../../domain/index.ts';
import type { Session } from '../../identity/index.ts';
import type { Services } from '../services.ts';
import { checkedSessionPolicies, packedSize } from './session-policies.ts';

/** The input that AssumeRole and AssumeRoleWithWebIdentity have in common. */
interface Wanted {
  readonly RoleSessionName: string;
  readonly DurationSeconds?: number;
  readonly Policy?: string;
  readonly PolicyArns?: readonly { readonly arn?: string }[];
  readonly MinimumSessionTokenSize?: number;
}

/** Default duration, in seconds. */
const DEFAULT_DURATION_SECONDS = 3600;

/**
 * Issues temporary credentials for a role. `more` has the properties that only one of the two
 * operations sets.
 */
export async function issueRoleSession(
  { store, clock, identity }: Services,
  role: RoleRow,
  wanted: Wanted & {
    readonly more: Pick<
      Session,
      'tags' | 'transitiveTagKeys' | 'sourceIdentity' | 'federatedProvider'
    >;
  },
) {
  const { RoleSessionName, DurationSeconds = DEFAULT_DURATION_SECONDS, more } = wanted;
  if (DurationSeconds > role.maxSessionDuration) {
    throw new KmsError(
      'ValidationException',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  const { account, name, roleId } = role;
  const policies = await checkedSessionPolicies(store, account, wanted);
  const packed = packedSize(policies, more.tags);
  const issuedAt = clock.now();
  const expiresAt = issuedAt + DurationSeconds * 1000;
  const credentials = await identity.issueSession(
    {
      ...more,
      account,
      kind: 'role',
      name,
      uniqueId: roleId,
      sessionName: RoleSessionName,
      issuedAt,
      expiresAt,
      ...(policies && { policies }),
    },
    wanted.MinimumSessionTokenSize,
  );
  return {
    Credentials: describeCredentials(credentials, expiresAt),
    AssumedRoleUser: {
      AssumedRoleId: `${roleId}:${RoleSessionName}`,
      Arn: assumedRoleArn(account, name, RoleSessionName),
    },
    ...packed,
  };
}

export function describeCredentials(
  {
    accessKeyId,
    secretAccessKey,
    sessionToken,
  }: Awaited<ReturnType<Services['identity']['issueSession']>>,
  expiresAt: number,
) {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey.reveal(),
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt),
  };
}
