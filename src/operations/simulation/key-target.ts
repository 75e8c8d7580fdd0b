import { KmsError } from '../../domain/index.ts';
import type { AuthorizedKey, Target } from '../operation.ts';
import { resolvedKey } from '../pipeline/find-key.ts';
import type { ResolvedKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';

/** Who may read a key's policy may have it explained. */
export function keyTarget(id: string) {
  return {
    on: 'key',
    id,
    aliases: true,
    states: 'any',
    action: 'kms:GetKeyPolicy',
  } as const satisfies Target;
}

/** The key with its policy compiled, as the pipeline has it when somebody asks for it. */
export async function resolveAgain(
  { keys }: Services,
  { key, arn }: AuthorizedKey,
): Promise<ResolvedKey> {
  const known = await keys.key(key, key.keyId);
  if (!known) throw new KmsError('NotFoundException', `Key '${arn}' does not exist`);
  return resolvedKey(known);
}
