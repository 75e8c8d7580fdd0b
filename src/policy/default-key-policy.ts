/**
 * Returns the policy of a key that is created without one. It defers to the account's identity
 * policies.
 * @example
 * ```ts
 * import { defaultKeyPolicy, parsePolicy } from 'src/policy/index.ts';
 *
 * const [statement] = parsePolicy(defaultKeyPolicy('111122223333')).statements;
 * assert.deepEqual(statement?.principals?.of, [{ kind: 'account', account: '111122223333' }]);
 * ```
 */
export function defaultKeyPolicy(account: string, partition = 'aws'): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify(
    { Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] },
    null,
    2,
  );
}
