import { iamArn, parseIamArn, type ManagedPolicyRow } from '../domain/index.ts';
import type { Reader } from '../storage/index.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';

/**
 * Returns the managed policy with an ARN: one of AWS's, or the account's own. Policies of other
 * accounts are not visible.
 */
export async function findManagedPolicy(
  reader: Reader,
  account: string,
  arn: string,
): Promise<ManagedPolicyRow | undefined> {
  const own = awsManagedPolicies.get(arn);
  if (own) return own;
  const parsed = parseIamArn('policy', arn);
  if (parsed?.account !== account) return undefined;
  const row = await reader.get('managedPolicies', account, parsed.name);
  return row && iamArn('policy', row) === arn ? row : undefined;
}

/** Returns the document of a managed policy's default version. */
export function defaultDocument({ versions, defaultVersionId }: ManagedPolicyRow): string {
  const version = versions.find(({ versionId }) => versionId === defaultVersionId);
  if (!version) throw new Error('a managed policy lacks its default version');
  return version.document;
}
