import { KmsError } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { describeCredentials } from './role-session.ts';

/** Default duration, in seconds. */
const DEFAULT_DURATION_SECONDS = 43_200;

export const GetSessionToken = defineOperation('sts', 'GetSessionToken', {
  effect: 'read',
  // As in AWS it requires no permission: the session can do what its user can.
  targets: () => ({}),
  async handle({ clock, identity }, input, _targets, { caller }) {
    const {
      DurationSeconds = DEFAULT_DURATION_SECONDS,
      SerialNumber,
      TokenCode,
      MinimumSessionTokenSize,
    } = input;
    const { account, userName, userId, session } = caller;
    if (session || userName === undefined) {
      throw new KmsError(
        'AccessDeniedException',
        'Cannot call GetSessionToken with session credentials',
      );
    }
    if (SerialNumber !== undefined || TokenCode !== undefined) {
      throw new KmsError(
        'AccessDeniedException',
        'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      );
    }
    const issuedAt = clock.now();
    const expiresAt = issuedAt + DurationSeconds * 1000;
    const credentials = await identity.issueSession(
      { account, kind: 'user', name: userName, uniqueId: userId, issuedAt, expiresAt },
      MinimumSessionTokenSize,
    );
    return { Credentials: describeCredentials(credentials, expiresAt) };
  },
});
