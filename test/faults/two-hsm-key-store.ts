/**
 * Fixture of the fault tests: a key store over two HSMs, its keys, and the checks for the time
 * while one HSM is failing and after it recovers.
 */
import assert from 'node:assert/strict';
import { CreateKeyCommand, DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { newKey, ownCluster, ownKeyStore, type OwnCluster } from '../support/own-cluster.ts';
import { statusOf, untilHealthy } from '../support/status.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';

const Plaintext = Buffer.from('must not be lost');

export interface TwoHsmKeyStore {
  readonly world: World;
  readonly cluster: OwnCluster;
  readonly storeId: string;
  /** HSM IDs, ordered by Availability Zone. */
  readonly hsmIds: readonly string[];
  /** Creates a key and a ciphertext under it, for `useAllKeys` to check. */
  addKey(): Promise<void>;
  /**
   * Encrypts and decrypts ten times under every key. Fails at the first error: the client does not
   * retry.
   */
  useAllKeys(): Promise<void>;
  /** Waits until CreateKey fails because fewer than two HSMs are active. */
  untilNewKeysAreRejected(): Promise<void>;
  /**
   * Waits until the control plane or the key store reports an HSM as unhealthy. Resolves to the
   * reason.
   */
  untilReported(hsmId: string): Promise<string>;
  /** Waits until every HSM is healthy, adds a key and uses all keys. */
  untilRecovered(): Promise<void>;
}

export async function startTwoHsmKeyStore(
  world: World,
  options: Parameters<typeof ownCluster>[1] = {},
): Promise<TwoHsmKeyStore> {
  const cluster = await ownCluster(world, options);
  const storeId = await ownKeyStore(world, cluster);
  await untilHealthy(world);
  const hsms = (await cluster.describe()).Hsms ?? [];
  const ciphertexts = new Map<string, Uint8Array>();
  const fixture: TwoHsmKeyStore = {
    world,
    cluster,
    storeId,
    hsmIds: hsms
      .toSorted((a, b) => ((a.AvailabilityZone ?? '') < (b.AvailabilityZone ?? '') ? -1 : 1))
      .map(({ HsmId = '' }) => HsmId),
    async addKey() {
      const KeyId = await newKey(world, storeId);
      const { CiphertextBlob = new Uint8Array() } = await world.kms.send(
        new EncryptCommand({ KeyId, Plaintext }),
      );
      ciphertexts.set(KeyId, CiphertextBlob);
    },
    async useAllKeys() {
      for (let round = 0; round < 10; round += 1) {
        for (const [KeyId, CiphertextBlob] of ciphertexts) {
          await world.kms.send(new EncryptCommand({ KeyId, Plaintext }));
          const opened = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
          assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
        }
      }
    },
    async untilNewKeysAreRejected() {
      await until('new keys are rejected', async () => {
        try {
          await world.kms.send(
            new CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: storeId }),
          );
          return false;
        } catch (error) {
          assert.equal((error as Error).name, 'CloudHsmClusterInvalidConfigurationException');
          assert.match(
            (error as Error).message,
            /at least two active HSMs, each in a different Availability Zone/,
          );
          return true;
        }
      });
    },
    untilReported: (hsmId) =>
      until(`${hsmId} is reported`, async () => {
        const { Clusters, KeyStores } = await statusOf(world);
        const degraded = Clusters.flatMap(({ Hsms }) => Hsms).find(
          (hsm) => hsm.HsmId === hsmId && hsm.State === 'DEGRADED',
        );
        const unhealthy = KeyStores.flatMap(({ Hsms }) => Hsms).find(
          (hsm) => hsm.HsmId === hsmId && !hsm.Healthy,
        );
        const { Reason, Since } = degraded ?? unhealthy ?? {};
        return Since !== undefined && Reason;
      }),
    async untilRecovered() {
      await untilHealthy(world);
      await fixture.addKey();
      await fixture.useAllKeys();
    },
  };
  await fixture.addKey();
  return fixture;
}
