import { KmsError } from '../../../domain/index.ts';

/** Names under `alias/aws/` are AWS's own. */
export function refuseReservedAlias(name: string): void {
  if (name.startsWith('alias/aws/'))
    throw new KmsError('NotAuthorizedException', 'AWS managed aliases can not be created, changed or deleted.');
}
