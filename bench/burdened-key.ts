import { CreateGrantCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { newKey } from '../test/support/own-cluster.ts';
import { administrator, newUser, type AwsCredentials } from '../test/support/principals.ts';
import type { World } from '../test/support/world.ts';

const POLICY_BYTES = 32_768;
const GRANTS = 10_000;
const AT_ONCE = 16;

/** A key that has as much policy as a key can have, and many grants. */
export interface BurdenedKey {
  readonly keyId: string;
  /** Of a user who can use the key by one of the grants only. */
  readonly grantee: AwsCredentials;
}

/** What to do is up to the last statement: all before it are about the same action, and none of them holds. */
function longPolicy(account: string): string {
  const root = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  const others = (count: number): object[] =>
    Array.from({ length: count }, (_, at) => ({
      Sid: `not these ${at}`,
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:Encrypt',
      Resource: '*',
      Condition: { StringLike: { 'kms:EncryptionContext:purpose': `secret-${at}-*` } },
    }));
  const text = (count: number): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [...others(count), root] });
  let count = 1;
  while (text(count + 1).length <= POLICY_BYTES) count += 1;
  return text(count);
}

export async function burdenedKey(world: World): Promise<BurdenedKey> {
  using admin = administrator(world);
  using user = await newUser(world, admin.iam, 'grantee');
  const keyId = await newKey(world);
  const account = '111122223333';
  const GranteePrincipal = `arn:aws:iam::${account}:user/grantee`;
  let made = 0;
  const makers = Array.from({ length: AT_ONCE }, async () => {
    while (made < GRANTS) {
      made += 1;
      // The last one is for every request, the others for none.
      const pairs = made === GRANTS ? { purpose: 'bench' } : { purpose: `job ${made}` };
      const Constraints = { EncryptionContextSubset: pairs };
      await admin.kms.send(
        new CreateGrantCommand({
          KeyId: keyId,
          GranteePrincipal,
          Operations: ['Encrypt', 'Decrypt'],
          Constraints,
        }),
      );
    }
  });
  await Promise.all(makers);
  await admin.kms.send(new PutKeyPolicyCommand({ KeyId: keyId, Policy: longPolicy(account) }));
  return { keyId, grantee: await user.kms.config.credentials() };
}
