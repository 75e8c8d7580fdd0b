import { accountRootArn, type GrantRow, type KeyRef } from '../../domain/index.ts';
import type { CallerIdentity, GrantVerdict, Naming } from '../../policy/index.ts';
import type { GrantCache } from '../caches/grant-cache.ts';
import type { GrantIndex, GrantQuestion } from '../caches/grant-index.ts';

/** Returns the ARNs by which a grant can name the caller, the most direct first. */
function namesOf({
  arn,
  roleArn,
  account,
  isRoot,
}: CallerIdentity): [arn: string, naming: Naming][] {
  const names: [string, Naming][] = [[arn, 'itself']];
  if (roleArn !== undefined) names.push([roleArn, 'role']);
  if (!isRoot) names.push([accountRootArn(account), 'account']);
  return names;
}

/** Returns a grant on the key that allows the request to the caller. */
export function grantVerdict(
  grants: GrantCache,
  key: KeyRef,
  caller: CallerIdentity,
  question: GrantQuestion,
): Promise<GrantVerdict | undefined> {
  return verdictBy(grants, key, caller, (index) => index.find(question, caller.uniqueId));
}

/**
 * Returns a grant on the key that allows the operation to the caller, provided that a request meets
 * its constraints.
 */
export function constrainedVerdict(
  grants: GrantCache,
  key: KeyRef,
  caller: CallerIdentity,
  operation: string,
): Promise<GrantVerdict | undefined> {
  return verdictBy(grants, key, caller, (index) =>
    index.findConstrained(operation, caller.uniqueId),
  );
}

async function verdictBy(
  grants: GrantCache,
  key: KeyRef,
  caller: CallerIdentity,
  find: (index: GrantIndex) => GrantRow | undefined,
): Promise<GrantVerdict | undefined> {
  const names = namesOf(caller);
  const indexes = await grants.indexesFor(
    key,
    names.map(([arn]) => arn),
  );
  for (const [at, [, naming]] of names.entries()) {
    const index = indexes[at];
    const grant = index && find(index);
    if (grant) return { naming, grantId: grant.grantId };
  }
  return undefined;
}

/**
 * Returns whether the caller may retire a grant: as its retiring principal, as its grantee if
 * RetireGrant is among its operations, or, subject to its own policies, as a principal of the
 * account that created it.
 */
export function retirementVerdict(
  grant: GrantRow,
  caller: CallerIdentity,
): GrantVerdict | undefined {
  const { grantId, granteeArn, granteeId, retiringArn, retiringId, operations, issuingAccount } =
    grant;
  for (const [arn, naming] of namesOf(caller)) {
    const retires =
      arn === retiringArn && (retiringId === undefined || retiringId === caller.uniqueId);
    const mayReturn =
      arn === granteeArn &&
      operations.includes('RetireGrant') &&
      (granteeId === undefined || granteeId === caller.uniqueId);
    if (retires || mayReturn) return { naming, grantId };
  }
  if (caller.account !== issuingAccount) return undefined;
  return { naming: caller.isRoot ? 'itself' : 'account', grantId };
}
