import { accountRootArn, type Principal } from '../../domain/index.ts';
import type { PrincipalWithPolicies } from '../../identity/index.ts';
import { compilePolicy, parsePolicy, type PrincipalPattern } from '../../policy/index.ts';
import type { ResolvedKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';

/**
 * An identity policy that allows everything. The key's account cannot see the policies of other
 * accounts' principals, so only the key policy and grants limit them here.
 */
const everything = compilePolicy(
  parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
    }),
    'identity',
  ),
);

/** Maximum number of grants that are searched for grantees of other accounts. */
const MAX_GRANTS = 1_000;

/**
 * Returns the principals of other accounts that the key policy or a grant names. `*` stands for
 * everyone.
 */
export async function outsiders(
  { store }: Pick<Services, 'store'>,
  { key, policy }: ResolvedKey,
): Promise<PrincipalWithPolicies[]> {
  const { account, region, keyId } = key;
  const named = policy.document.statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ principals }) => principals?.of ?? []);
  const grants = await store.read((reader) =>
    reader.list('grants', [account, region, keyId], { limit: MAX_GRANTS }),
  );
  const arns = [...named.flatMap(arnsOf), ...grants.map(({ granteeArn }) => granteeArn)];
  return [...new Set(arns)].filter((arn) => accountIn(arn) !== account).map(described);
}

function arnsOf(pattern: PrincipalPattern): string[] {
  if (pattern.kind === 'anyone') return ['*'];
  if (pattern.kind === 'account') return [accountRootArn(pattern.account)];
  return pattern.kind === 'arn' || pattern.kind === 'role' ? [pattern.arn] : [];
}

function accountIn(arn: string): string {
  return arn.split(':')[4] ?? '';
}

function described(arn: string): PrincipalWithPolicies {
  const principal: Principal = { account: accountIn(arn), arn, userId: '', accessKeyId: '' };
  return { principal, policies: { identity: [everything] } };
}
