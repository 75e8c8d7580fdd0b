/**
 * Repeated kill -9 while a multi-Region key rotates: no ciphertext is lost, and the key's Regions
 * agree.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
} from '@aws-sdk/client-kms';
import { until } from '../support/until.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

const REPLICA_REGION = 'eu-west-1';
const Plaintext = Buffer.from('must not be lost');

interface Rotating extends AsyncDisposable {
  /** Acknowledged ciphertexts. */
  readonly blobs: Uint8Array[];
  stop(): Promise<void>;
}

/** Rotates the key, and encrypts in both Regions, until stopped. Failed calls are retried. */
function rotateUntilStopped(world: World, KeyId: string): Rotating {
  const blobs: Uint8Array[] = [];
  const ending = new AbortController();
  async function repeat(step: () => Promise<void>): Promise<void> {
    while (!ending.signal.aborted) {
      // The server was killed, or a rotation is in progress. Unacknowledged results may be lost.
      await step().catch(() => new Promise((resolve) => setTimeout(resolve, 5)));
    }
  }
  const encrypting = [world.kms, world.kmsIn(REPLICA_REGION)].map((kms) =>
    repeat(async () => {
      const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
      if (CiphertextBlob) blobs.push(CiphertextBlob);
    }),
  );
  const rotating = repeat(async () => {
    await world.kms.send(new RotateKeyOnDemandCommand({ KeyId }));
  });
  async function stop(): Promise<void> {
    ending.abort();
    await Promise.all([...encrypting, rotating]);
  }
  return { blobs, stop, [Symbol.asyncDispose]: stop };
}

it('kill -9 during rotations loses no key material and leaves no rotation unfinished', async () => {
  await using world = await startWorld(['--settle-time', '0s']);
  const { KeyMetadata } = await world.kms.send(new CreateKeyCommand({ MultiRegion: true }));
  const KeyId = KeyMetadata?.KeyId ?? '';
  await world.kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: REPLICA_REGION }));
  await using writing = rotateUntilStopped(world, KeyId);
  for (const rotations of [6, 13, 20]) {
    await until(`${rotations} rotations`, async () => {
      const { Rotations = [] } = await world.kms.send(new ListKeyRotationsCommand({ KeyId }));
      return Rotations.length >= rotations;
    });
    await world.kill();
    await world.start();
  }
  await writing.stop();
  await until('the last rotation has ended', async () => {
    const { OnDemandRotationStartDate } = await world.kms.send(
      new GetKeyRotationStatusCommand({ KeyId }),
    );
    return OnDemandRotationStartDate === undefined;
  });
  assert.ok(writing.blobs.length > 10);
  for (const CiphertextBlob of writing.blobs) {
    for (const kms of [world.kms, world.kmsIn(REPLICA_REGION)]) {
      const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
      assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
    }
  }
  const rotations = (await world.kms.send(new ListKeyRotationsCommand({ KeyId }))).Rotations ?? [];
  const recordedMaterialIds = (): unknown[] =>
    auditEvents(world.data)
      .filter(({ eventName }) => eventName === 'RotateKey')
      .map(
        ({ serviceEventDetails }) =>
          (serviceEventDetails as { currentKeyMaterialId: string }).currentKeyMaterialId,
      );
  await until(
    'each rotation is in the audit trail',
    async () => new Set(recordedMaterialIds()).size === rotations.length,
  );
  assert.deepEqual(
    [...new Set(recordedMaterialIds())],
    rotations.map(({ KeyMaterialId }) => KeyMaterialId),
  );
  const seen = await Promise.all(
    [world.kms, world.kmsIn(REPLICA_REGION)].map(async (kms) => ({
      current: (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata
        ?.CurrentKeyMaterialId,
      materials: (
        await kms.send(
          new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
        )
      ).Rotations?.map(({ KeyMaterialId, KeyMaterialState }) => [KeyMaterialId, KeyMaterialState]),
    })),
  );
  assert.deepEqual(seen[0], seen[1]);
  assert.deepEqual(
    seen[0]?.materials?.filter(([, state]) => state === 'CURRENT'),
    [[seen[0]?.current, 'CURRENT']],
  );
});
