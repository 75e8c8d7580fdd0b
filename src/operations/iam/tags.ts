import { KmsError, type Tag } from '../../domain/index.ts';
import { pageOfTexts, type Wanted } from './page.ts';
import { checkQuota } from './quotas.ts';

interface WireTag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * Converts tags to their stored form.
 * @throws KmsError InvalidInput if two keys are the same, regardless of case
 */
export function checkedTags(tags: readonly WireTag[] = []): Tag[] {
  if (new Set(tags.map(({ Key }) => Key.toLowerCase())).size < tags.length) {
    throw new KmsError(
      'InvalidInput',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}

export function tagged<R extends { readonly tags: readonly Tag[] }>(
  row: R,
  added: readonly WireTag[],
): R {
  const keys = new Set(added.map(({ Key }) => Key.toLowerCase()));
  const tags = [
    ...row.tags.filter(({ key }) => !keys.has(key.toLowerCase())),
    ...checkedTags(added),
  ];
  checkQuota('TagsPerEntity', tags.length);
  return { ...row, tags };
}

export function untagged<R extends { readonly tags: readonly Tag[] }>(
  row: R,
  removed: readonly string[],
): R {
  const keys = new Set(removed.map((key) => key.toLowerCase()));
  return { ...row, tags: row.tags.filter(({ key }) => !keys.has(key.toLowerCase())) };
}

export function shownTags(tags: readonly Tag[]): WireTag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

/** Returns `Tags`, if there are any. */
export function someTags(tags: readonly Tag[]): { readonly Tags?: readonly WireTag[] } {
  return tags.length > 0 ? { Tags: shownTags(tags) } : {};
}

/** Returns a page of tags, for ListUserTags and similar operations. */
export async function pageOfTags(wanted: Wanted, tags: readonly Tag[]) {
  const { rows, more } = await pageOfTexts(
    wanted,
    tags.map(({ key }) => key),
  );
  return { Tags: shownTags(tags.filter(({ key }) => rows.includes(key))), ...more };
}
