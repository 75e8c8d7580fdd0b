import { KmsError, type Principal } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { roleOf, roleToAssume } from './assumable-role.ts';
import { issueRoleSession } from './role-session.ts';
import { sessionTags } from './session-tags.ts';

/** Maximum duration of a session that was created with another role's session, in seconds. */
const MAX_CHAINED_DURATION_SECONDS = 3600;

export const AssumeRole = defineOperation('sts', 'AssumeRole', {
  effect: 'write',
  // Tags and identities that a session passes on require the same permissions as requested ones.
  targets: ({ RoleArn, Tags = [], TransitiveTagKeys = [], SourceIdentity }, { session }) => ({
    role: roleToAssume(RoleArn, 'sts:AssumeRole'),
    tagging:
      [...Tags, ...TransitiveTagKeys, ...(session?.transitiveTagKeys ?? [])].length > 0
        ? roleToAssume(RoleArn, 'sts:TagSession')
        : undefined,
    naming:
      (SourceIdentity ?? session?.sourceIdentity) === undefined
        ? undefined
        : roleToAssume(RoleArn, 'sts:SetSourceIdentity'),
  }),
  async handle(services, input, { role }, { caller }) {
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
      throw new KmsError(
        'AccessDeniedException',
        'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      );
    }
    if (
      caller.session?.roleArn !== undefined &&
      (input.DurationSeconds ?? 0) > MAX_CHAINED_DURATION_SECONDS
    ) {
      throw new KmsError(
        'ValidationException',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      );
    }
    const sourceIdentity = sourceIdentityOf(caller, input.SourceIdentity);
    const named = sourceIdentity === undefined ? {} : { sourceIdentity };
    const answer = await issueRoleSession(services, roleOf(role), {
      ...input,
      more: { ...sessionTags(caller, input), ...named },
    });
    return { ...answer, ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }) };
  },
});

/** Returns the source identity. Once set, it stays the same through all chained sessions. */
function sourceIdentityOf(
  { arn, session }: Principal,
  wanted: string | undefined,
): string | undefined {
  const set = session?.sourceIdentity;
  if (set !== undefined && wanted !== undefined && wanted !== set) {
    throw new KmsError(
      'AccessDeniedException',
      `User: ${arn} cannot set a SourceIdentity other than that of its session.`,
    );
  }
  return set ?? wanted;
}
