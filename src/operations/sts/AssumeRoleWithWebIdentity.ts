import { KmsError, oidcProviderArn, type Principal } from '../../domain/index.ts';
import { issuerOf } from '../../identity/index.ts';
import { trustVerdict, type RequestContext } from '../../policy/index.ts';
import { defineOperation } from '../operation.ts';
import { roleToTrust, type AssumableRole } from './assumable-role.ts';
import { issueRoleSession } from './role-session.ts';
import { tagsOfToken, tokenContext } from './token-claims.ts';

const ACTION = 'sts:AssumeRoleWithWebIdentity';

/**
 * The only unsigned call: the token identifies the caller, and the role's trust policy alone
 * decides.
 */
export const AssumeRoleWithWebIdentity = defineOperation('sts', 'AssumeRoleWithWebIdentity', {
  effect: 'write',
  targets: ({ RoleArn }) => ({ role: roleToTrust(RoleArn) }),
  async handle(services, input, { role }, { identify, conditions }) {
    identify(bearerOf(role));
    const issuer = issuerOf(input.WebIdentityToken);
    const provider = await services.store.read((reader) =>
      reader.get('oidcProviders', role.account, withoutScheme(issuer)),
    );
    if (!provider)
      throw new KmsError(
        'InvalidIdentityToken',
        `No OpenIDConnect provider found in your account for ${issuer}`,
      );
    const bearer = await services.identity.verifyWebIdentity(provider, input.WebIdentityToken);
    const federatedProvider = oidcProviderArn(role.account, provider.url);
    identify({
      ...bearerOf(role),
      userId: `${federatedProvider}:${bearer.audience}:${bearer.subject}`,
      userName: bearer.subject,
    });

    const tags = tagsOfToken(bearer.claims);
    const context = tokenContext({
      provider,
      bearer,
      tags,
      others: await conditions(ACTION, 'role'),
    });
    const trusted = (action: string): boolean => trusts(role, federatedProvider, action, context);
    if (!role.row || !trusted(ACTION) || (tags.tags && !trusted('sts:TagSession'))) {
      throw new KmsError('AccessDeniedException', `Not authorized to perform ${ACTION}`);
    }
    const answer = await issueRoleSession(services, role.row, {
      ...input,
      more: { ...tags, federatedProvider },
    });
    return {
      ...answer,
      SubjectFromWebIdentityToken: bearer.subject,
      Audience: bearer.audience,
      Provider: federatedProvider,
    };
  },
});

function trusts(
  { trustPolicy }: AssumableRole,
  provider: string,
  action: string,
  context: RequestContext,
): boolean {
  return (
    trustVerdict({ policy: trustPolicy, caller: { provider }, action, context })?.effect === 'allow'
  );
}

/**
 * Returns the caller for the audit record: an unknown principal of the account, until the token is
 * verified.
 */
function bearerOf({ account }: AssumableRole): Principal {
  return { account, arn: '', userId: '', accessKeyId: '' };
}

function withoutScheme(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
