import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  buildClient,
  CommitmentPolicy,
  getClient,
  KMS,
  KmsKeyringNode,
} from '@aws-crypto/client-node';
import { awsFiles } from '../support/aws-files.ts';
import { newKey, ownCluster, ownKeyStore } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';

it('the AWS Encryption SDK encrypts under keys of both key stores at once, and decrypts with either key', async () => {
  await using world = await startWorld();
  const storeId = await ownKeyStore(world, await ownCluster(world));
  const keys = [await newKey(world, storeId), await newKey(world)];
  const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  // The SDK's types do not support `exactOptionalPropertyTypes`. The client class is the right one.
  const clientProvider = getClient(KMS as unknown as Parameters<typeof getClient>[0], {
    endpoint: world.server.endpoint,
    credentials: awsFiles(world.data).credentials,
  });
  const [generatorKeyId = '', ...keyIds] = keys;
  const message = Buffer.alloc(100_000, 'envelope encryption ');
  const context = { purpose: 'envelope' };
  const { result } = await encrypt(
    new KmsKeyringNode({ clientProvider, generatorKeyId, keyIds }),
    message,
    { encryptionContext: context },
  );
  for (const key of keys) {
    const { plaintext, messageHeader } = await decrypt(
      new KmsKeyringNode({ clientProvider, keyIds: [key] }),
      result,
    );
    assert.deepEqual(plaintext, message);
    assert.equal(messageHeader.encryptionContext['purpose'], 'envelope');
  }
});
