import { KmsError, type Tag } from '../../../domain/index.ts';

const TAGS_PER_KEY = 50;

interface WireTag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** Returns the tags of a key after adding tags. An added tag replaces one with the same key. */
export function checkedTags(present: readonly Tag[], added: readonly WireTag[]): readonly Tag[] {
  if (new Set(added.map(({ TagKey }) => TagKey)).size < added.length)
    throw new KmsError('TagException', 'Duplicate tag keys');
  if (added.some(({ TagKey }) => TagKey.toLowerCase().startsWith('aws:'))) {
    throw new KmsError('TagException', 'Tags beginning with aws: are reserved');
  }
  const tags = new Map(present.map(({ key, value }) => [key, value]));
  for (const { TagKey, TagValue } of added) tags.set(TagKey, TagValue);
  if (tags.size > TAGS_PER_KEY) throw new KmsError('TagException', 'Too many tags');
  return Array.from(tags, ([key, value]) => ({ key, value }));
}
