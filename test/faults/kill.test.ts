import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
} from '@aws-sdk/client-kms';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import {
  newKey,
  ownCluster,
  ownKeyStore,
  untilCluster,
  untilStore,
} from '../support/own-cluster.ts';
import { untilHealthy } from '../support/status.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const Plaintext = Buffer.from('must not be lost');

interface Acknowledged {
  readonly KeyId: string;
  readonly CiphertextBlob: Uint8Array;
}

interface Writing extends AsyncDisposable {
  readonly acknowledged: Acknowledged[];
  stop(): Promise<void>;
}

/**
 * Creates keys and encrypts under them, several at a time, until stopped. Failed calls are retried.
 */
function writeUntilStopped(world: World, stores: readonly (string | undefined)[]): Writing {
  const acknowledged: Acknowledged[] = [];
  const ending = new AbortController();
  const writers = [...stores, ...stores].map(async (storeId) => {
    while (!ending.signal.aborted) {
      try {
        const KeyId = await newKey(world, storeId);
        const { CiphertextBlob = new Uint8Array(0) } = await world.kms.send(
          new EncryptCommand({ KeyId, Plaintext }),
        );
        acknowledged.push({ KeyId, CiphertextBlob });
      } catch {
        // The process under test was just killed. Unacknowledged writes may be lost.
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
      }
    }
  });
  async function stop(): Promise<void> {
    ending.abort();
    await Promise.all(writers);
  }
  // Disposal also stops the writers if the test fails first: they would keep its process alive.
  return { acknowledged, stop, [Symbol.asyncDispose]: stop };
}

async function assertNothingIsLost(
  world: World,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  for (const { KeyId, CiphertextBlob } of acknowledged) {
    const { KeyMetadata } = await world.kms.send(new DescribeKeyCommand({ KeyId }));
    assert.equal(KeyMetadata?.KeyState, 'Enabled');
    const opened = await until('the key can be used', async () => {
      try {
        return await world.kms.send(new DecryptCommand({ CiphertextBlob }));
      } catch (error) {
        // Right after a restart the key store is still connecting to its HSMs.
        if (
          (error as Error).name === 'KMSInvalidStateException' &&
          /communicate/.test((error as Error).message)
        )
          return undefined;
        throw error;
      }
    });
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
  }
}

describe('no acknowledged write is lost', { skip: needsProc }, () => {
  it('when the front end is killed, and the custom key store reconnects by itself', async () => {
    await using world = await startWorld();
    const cluster = await ownCluster(world);
    const storeId = await ownKeyStore(world, cluster);
    for (let round = 0; round < 3; round += 1) {
      await using writing = writeUntilStopped(world, [storeId, undefined]);
      await until('some writes are acknowledged', async () => writing.acknowledged.length >= 6);
      await world.kill();
      await writing.stop();
      await world.start();
      await untilStore(world, storeId, 'CONNECTED');
      await assertNothingIsLost(world, writing.acknowledged);
    }
  });

  it('when each HSM is killed in turn, and keys stay usable in the meantime', async () => {
    await using world = await startWorld();
    const cluster = await ownCluster(world);
    const storeId = await ownKeyStore(world, cluster);
    const steady = await newKey(world, storeId);
    for (const hsm of (await cluster.describe()).Hsms ?? []) {
      await untilHealthy(world);
      await using writing = writeUntilStopped(world, [storeId]);
      await until('some writes are acknowledged', async () => writing.acknowledged.length >= 4);
      process.kill(pidOf(hsm.HsmId ?? ''), 'SIGKILL');
      for (let use = 0; use < 20; use += 1)
        await world.kms.send(new EncryptCommand({ KeyId: steady, Plaintext }));
      await writing.stop();
      await untilCluster(world, cluster.clusterId, 'all HSMs are ACTIVE', ({ Hsms }) =>
        (Hsms ?? []).every(({ State }) => State === 'ACTIVE'),
      );
      await assertNothingIsLost(world, writing.acknowledged);
    }
    const { KeyMetadata } = await until('keys can be created again', async () => {
      try {
        return await world.kms.send(
          new CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: storeId }),
        );
      } catch (error) {
        assert.equal((error as Error).name, 'CloudHsmClusterInvalidConfigurationException');
        return undefined;
      }
    });
    assert.equal(KeyMetadata?.KeyState, 'Enabled');
  });
});
