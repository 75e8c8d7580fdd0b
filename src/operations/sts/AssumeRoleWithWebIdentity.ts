import { KmsError, oidcProviderArn, type OidcProviderRecord, type Principal } from '../../domain/index.ts';
import { issuerOf, type WebIdentity } from '../../identity/index.ts';
import { trustVerdict } from '../../policy/index.ts';
import type { Reader } from '../../storage/index.ts';
import { defineOperation } from '../operation.ts';
import { assumableRole, type AssumableRole } from './assumable-role.ts';
import { issueRoleSession } from './role-session.ts';
import { webIdentityContext } from './web-identity-context.ts';
import { tagsOfToken } from './web-identity-tags.ts';

const ACTION = 'sts:AssumeRoleWithWebIdentity';

/**
 * The one call that nobody signs: the token says who calls. So it has no targets that the pipeline could authorise, and
 * everything is decided here, from the token and the role's trust policy alone.
 */
export const AssumeRoleWithWebIdentity = defineOperation('sts', 'AssumeRoleWithWebIdentity', {
  effect: 'write',
  targets: () => ({}),
  async handle(services, input, _targets, { identify, facts }) {
    const issuer = issuerOf(input.WebIdentityToken);
    const { role, provider } = await services.store.read((reader) => partiesOf(reader, input.RoleArn, issuer));
    identify(bearer(role));
    if (!provider) throw new KmsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${issuer}`);
    const identity = await services.identity.verifyWebIdentity(provider, input.WebIdentityToken);
    const federatedProvider = oidcProviderArn(role.account, provider.url);
    identify({ ...bearer(role), userId: `${federatedProvider}:${identity.audience}:${identity.subject}`, userName: identity.subject });

    const tags = tagsOfToken(identity.claims);
    const context = webIdentityContext({ ...facts, provider, identity, tags, sessionName: input.RoleSessionName });
    if (!role.row || !isTrusted(role, federatedProvider, context, tags.tags !== undefined)) {
      throw new KmsError('AccessDeniedException', `Not authorized to perform ${ACTION}`);
    }
    const answer = await issueRoleSession(services, role.row, { ...input, more: { ...tags, federatedProvider } });
    return {
      ...answer,
      SubjectFromWebIdentityToken: identity.subject,
      Audience: identity.audience,
      Provider: federatedProvider,
    };
  },
});
