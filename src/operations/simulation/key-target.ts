import { KmsError } from '../../domain/index.ts';
import { foundKey } from '../pipeline/find-key.ts';
import type { FoundKey } from '../resolved-target.ts';
import type { AuthorizedKey, Target } from '../operation.ts';
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
export async function foundAgain(
  { keys }: Services,
  { key, arn }: AuthorizedKey,
): Promise<FoundKey> {
  const known = await keys.key(key, key.keyId);
  if (!known) throw new KmsError('NotFoundException', `Key '${arn}' does not exist`);
  return foundKey(known);
}
