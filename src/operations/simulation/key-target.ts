import { KmsError } from '../../domain/index.ts';
import type { AuthorizedKey, Target } from '../operation.ts';
import { resolvedKey } from '../pipeline/find-key.ts';
import type { ResolvedKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';

/**
 * Returns the target for a key whose access is explained: a caller who may read its policy may have
 * it explained.
 */
export function keyTarget(id: string) {
  return {
    on: 'key',
    id,
    aliases: true,
    states: 'any',
    action: 'kms:GetKeyPolicy',
  } as const satisfies Target;
}

/** Resolves an authorized key once more, with its compiled policy. */
export async function resolveAgain(
  { keys }: Services,
  { key, arn }: AuthorizedKey,
): Promise<ResolvedKey> {
  const known = await keys.key(key, key.keyId);
  if (!known) throw new KmsError('NotFoundException', `Key '${arn}' does not exist`);
  return resolvedKey(known);
}
