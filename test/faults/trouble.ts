/** What the tests of failures share: a store over two HSMs, keys in it, and what must hold while and after one of them fails. */
import assert from 'node:assert/strict';
import { CreateKeyCommand, DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { newKey, ownCluster, ownKeyStore, type OwnCluster } from '../support/own-cluster.ts';
import { statusOf, untilHealthy } from '../support/status.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';

const Plaintext = Buffer.from('must not be lost');

export interface Scene {
  readonly world: World;
  readonly cluster: OwnCluster;
  readonly storeId: string;
  /** In the order of their zones. */
  readonly hsmIds: readonly string[];
  /** Creates a key and encrypts under it; it is checked from then on. */
  addKey(): Promise<void>;
  /** Uses all keys, many times; fails at the first error. The client does not retry. */
  use(): Promise<void>;
  /** Waits until a new key is refused for lack of a second HSM. */
  untilNewKeysAreRefused(): Promise<void>;
  /** Waits until an HSM is reported as in trouble, by the control plane or by the key store; resolves to the reason. */
  untilReported(hsmId: string): Promise<string>;
  /** Waits until all is well again, adds a key and uses all. */
  recovered(): Promise<void>;
}

export async function sceneIn(
  world: World,
  options: Parameters<typeof ownCluster>[1] = {},
): Promise<Scene> {
  const cluster = await ownCluster(world, options);
  const storeId = await ownKeyStore(world, cluster);
  await untilHealthy(world);
  const hsms = (await cluster.describe()).Hsms ?? [];
  const ciphertexts = new Map<string, Uint8Array>();
  const scene: Scene = {
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
    async use() {
      for (let round = 0; round < 10; round += 1) {
        for (const [KeyId, CiphertextBlob] of ciphertexts) {
          await world.kms.send(new EncryptCommand({ KeyId, Plaintext }));
          const opened = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
          assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
        }
      }
    },
    async untilNewKeysAreRefused() {
      await until('new keys are refused', async () => {
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
    async recovered() {
      await untilHealthy(world);
      await scene.addKey();
      await scene.use();
    },
  };
  await scene.addKey();
  return scene;
}
