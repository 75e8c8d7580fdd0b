import { KmsError, type Tag } from '../../domain/index.ts';

const TAGS_PER_CLUSTER = 50;

interface WireTag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * Returns the tags of a resource after adding tags. An added tag replaces one with the same key.
 */
export function joinedTags(present: readonly Tag[], added: readonly WireTag[]): readonly Tag[] {
  const tags = new Map(present.map(({ key, value }) => [key, value]));
  const seen = new Set<string>();
  for (const { Key, Value } of added) {
    if (seen.has(Key))
      throw new KmsError('CloudHsmTagException', `Tag key '${Key}' is given more than once.`);
    if (Key.toLowerCase().startsWith('aws:'))
      throw new KmsError('CloudHsmTagException', 'Tag keys beginning with aws: are reserved.');
    seen.add(Key);
    tags.set(Key, Value);
  }
  if (tags.size > TAGS_PER_CLUSTER) {
    throw new KmsError(
      'CloudHsmResourceLimitExceededException',
      `A resource can have at most ${TAGS_PER_CLUSTER} tags.`,
    );
  }
  return Array.from(tags, ([key, value]) => ({ key, value }));
}
