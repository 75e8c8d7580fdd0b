import type { OidcProviderRow } from '../../domain/index.ts';
import type { Session, WebIdentity } from '../../identity/index.ts';
import type { RequestContext } from '../../policy/index.ts';

type Claims = WebIdentity['claims'];

/** The claim with the session tags. Source: "Pass session tags in AWS STS", IAM User Guide. */
const TAGS_CLAIM = 'https://aws.amazon.com/tags';

/** Returns the session tags in a token. Values in another form are ignored. */
export function tagsOfToken(claims: Claims): Pick<Session, 'tags' | 'transitiveTagKeys'> {
  const claim = objectOf(claims[TAGS_CLAIM]);
  const tags: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectOf(claim['principal_tags']))) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string') tags[key] = first;
  }
  const transitive = textsOf(claim['transitive_tag_keys']).filter((key) =>
    Object.hasOwn(tags, key),
  );
  return {
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(transitive.length > 0 && { transitiveTagKeys: transitive }),
  };
}

interface Token {
  readonly provider: OidcProviderRow;
  readonly bearer: WebIdentity;
  readonly tags: Pick<Session, 'tags' | 'transitiveTagKeys'>;
  /** The request context without the token. */
  readonly others: RequestContext;
}

/**
 * Creates the request context for a token. Source: "Available keys for AWS OIDC federation", IAM
 * User Guide.
 */
export function tokenContext({ provider, bearer, tags, others }: Token): RequestContext {
  const { claims, subject, audience } = bearer;
  // If the token has an authorized party, `aud` is that party and `oaud` the audience.
  const party = typeof claims['azp'] === 'string' ? claims['azp'] : undefined;
  const own: Readonly<Record<string, string | readonly string[] | undefined>> = {
    sub: subject,
    aud: party ?? audience,
    oaud: party === undefined ? undefined : audience,
    amr: textsOf(claims['amr']),
    email: typeof claims['email'] === 'string' ? claims['email'] : undefined,
  };
  const prefix = `${provider.url.toLowerCase()}:`;
  const names = new Map(
    Object.entries(tags.tags ?? {}).map(([key, value]) => [
      `aws:requesttag/${key.toLowerCase()}`,
      value,
    ]),
  );
  return (key) => {
    if (key.startsWith(prefix)) return own[key.slice(prefix.length)];
    if (key === 'aws:tagkeys') return Object.keys(tags.tags ?? {});
    if (key === 'sts:transitivetagkeys') return tags.transitiveTagKeys ?? [];
    return names.get(key) ?? others(key);
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
