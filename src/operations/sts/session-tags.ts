import { KmsError, type Principal } from '../../domain/index.ts';
import { checkedTags } from '../iam/tags.ts';
import type { Session } from '../../identity/index.ts';

interface Wanted {
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly TransitiveTagKeys?: readonly string[];
}

/**
 * Returns the tags of a new session: the given ones, and the transitive ones of the calling
 * session, which cannot be changed.
 */
export function sessionTags(
  { tags, session }: Principal,
  { Tags = [], TransitiveTagKeys = [] }: Wanted,
): Pick<Session, 'tags' | 'transitiveTagKeys'> {
  const given = Object.fromEntries(checkedTags(Tags).map(({ key, value }) => [key, value]));
  const inheritedKeys = session?.transitiveTagKeys ?? [];
  if (inheritedKeys.some((key) => Object.hasOwn(given, key))) {
    throw new KmsError(
      'ValidationException',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  if (TransitiveTagKeys.some((key) => !Object.hasOwn(given, key))) {
    throw new KmsError(
      'ValidationException',
      'The specified transitive tag key must be included in the requested tags.',
    );
  }
  const inherited = Object.fromEntries(inheritedKeys.map((key) => [key, tags?.[key] ?? '']));
  const all = { ...given, ...inherited };
  const transitive = [...TransitiveTagKeys, ...inheritedKeys];
  return {
    ...(Object.keys(all).length > 0 && { tags: all }),
    ...(transitive.length > 0 && { transitiveTagKeys: transitive }),
  };
}
