import { findManagedPolicy } from '../../identity/index.ts';
import type { Reader } from '../../storage/index.ts';
import { noSuchEntity } from './entities.ts';

/**
 * Requires a managed policy that the account can use as a boundary.
 * @throws KmsError NoSuchEntity
 */
export async function checkedBoundary(
  reader: Reader,
  account: string,
  arn: string,
): Promise<string> {
  if (await findManagedPolicy(reader, account, arn)) return arn;
  throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
}

/** Returns the boundary as users and roles show it. */
export function shownBoundary({ boundary }: { readonly boundary?: string }) {
  if (boundary === undefined) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: boundary,
    },
  } as const;
}
