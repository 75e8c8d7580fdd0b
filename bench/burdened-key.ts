import { CreateGrantCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { newKey } from '../test/support/own-cluster.ts';
import { administrator, newUser, type AwsCredentials } from '../test/support/principals.ts';
import type { World } from '../test/support/world.ts';

const POLICY_BYTES = 32_768;
const GRANTS = 10_000;
/** Number of CreateGrant calls in parallel. */
const CONCURRENCY = 16;

/** A key with a policy of the maximum length and many grants. */
export interface BurdenedKey {
  readonly keyId: string;
  /** Credentials of a user who can use the key only through one of the grants. */
  readonly grantee: AwsCredentials;
}

/**
 * Returns a policy in which only the last statement applies. The others name the same action, so
 * that their conditions have to be evaluated, but these are false.
 */
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
  let created = 0;
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    while (created < GRANTS) {
      created += 1;
      // The last grant applies to every request, the others to none.
      const pairs = created === GRANTS ? { purpose: 'bench' } : { purpose: `job ${created}` };
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
  await Promise.all(workers);
  await admin.kms.send(new PutKeyPolicyCommand({ KeyId: keyId, Policy: longPolicy(account) }));
  return { keyId, grantee: await user.kms.config.credentials() };
}
