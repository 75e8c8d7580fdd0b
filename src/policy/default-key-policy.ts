/** The policy of a key that was made without one: leaves it to the identity policies of the account. */
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
