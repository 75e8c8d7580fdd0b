import { findManagedPolicy } from '../../identity/index.ts';
import type { Reader } from '../../storage/index.ts';
import { noSuchEntity } from './entities.ts';

/** @throws NoSuchEntity if the boundary is no managed policy that the account has */
export async function checkedBoundary(
  reader: Reader,
  account: string,
  arn: string,
): Promise<string> {
  if (await findManagedPolicy(reader, account, arn)) return arn;
  throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
}

/** As users and roles show theirs. */
export function shownBoundary({ boundary }: { readonly boundary?: string }) {
  if (boundary === undefined) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: boundary,
    },
  } as const;
}
