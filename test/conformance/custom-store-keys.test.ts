/**
 * Keys in a custom key store: unsupported operations, a disconnected store, and deletion with and
 * without a connection.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CancelKeyDeletionCommand,
  ConnectCustomKeyStoreCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteCustomKeyStoreCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisconnectCustomKeyStoreCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyPairCommand,
  GetKeyRotationStatusCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ListKeyRotationsCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { newKey, ownCluster, ownKeyStore, untilStore } from '../support/own-cluster.ts';
import { refused } from '../support/refused.ts';
import { until } from '../support/until.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

const Plaintext = Buffer.from('plain');

let world: World;
let CustomKeyStoreId: string;
before(async () => {
  world = await startWorld();
  CustomKeyStoreId = await ownKeyStore(world, await ownCluster(world));
});
after(() => world[Symbol.asyncDispose]());

const describeKey = async (KeyId: string) =>
  (await world.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
const disconnect = async (): Promise<void> => {
  await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  await untilStore(world, CustomKeyStoreId, 'DISCONNECTED');
};
const connect = async (): Promise<void> => {
  await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  await untilStore(world, CustomKeyStoreId, 'CONNECTED');
};

describe('a key in a custom key store', () => {
  it('has metadata of its store, and no material ID', async () => {
    const shown = await describeKey(await newKey(world, CustomKeyStoreId));
    assert.deepEqual(
      [shown?.Origin, shown?.CustomKeyStoreId, shown?.CurrentKeyMaterialId],
      ['AWS_CLOUDHSM', CustomKeyStoreId, undefined],
    );
    assert.match(shown?.CloudHsmClusterId ?? '', /^cluster-/);
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId: shown?.KeyId, Plaintext }),
    );
    assert.equal(
      (await world.kms.send(new DecryptCommand({ CiphertextBlob }))).KeyMaterialId,
      undefined,
    );
  });

  it('cannot be rotated, imported, replicated, asymmetric or multi-Region, or generate data key pairs', async () => {
    const arn = await newKey(world, CustomKeyStoreId);
    const origin = `${arn} origin is AWS_CLOUDHSM which is not valid for this operation.`;
    const { kms } = world;
    const imported = {
      KeyId: arn,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    } as const;
    for (const call of [
      kms.send(new EnableKeyRotationCommand({ KeyId: arn })),
      kms.send(new GetKeyRotationStatusCommand({ KeyId: arn })),
      kms.send(new RotateKeyOnDemandCommand({ KeyId: arn })),
      kms.send(new ListKeyRotationsCommand({ KeyId: arn })),
      kms.send(new GetParametersForImportCommand(imported)),
      kms.send(new ReplicateKeyCommand({ KeyId: arn, ReplicaRegion: 'eu-west-1' })),
    ]) {
      await refused(call, 'UnsupportedOperationException', origin);
    }
    await refused(
      kms.send(new GenerateDataKeyPairCommand({ KeyId: arn, KeyPairSpec: 'ECC_NIST_P256' })),
      'UnsupportedOperationException',
    );
    await refused(
      kms.send(new GetPublicKeyCommand({ KeyId: arn })),
      'UnsupportedOperationException',
    );
    const store = { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId } as const;
    await refused(
      kms.send(new CreateKeyCommand({ ...store, MultiRegion: true })),
      'UnsupportedOperationException',
    );
    await refused(
      kms.send(new CreateKeyCommand({ ...store, KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })),
      'UnsupportedOperationException',
    );
  });

  it('can be enabled, disabled and given an alias while its store is disconnected', async () => {
    const [on, off] = [
      await newKey(world, CustomKeyStoreId),
      await newKey(world, CustomKeyStoreId),
    ];
    await world.kms.send(new DisableKeyCommand({ KeyId: on }));
    await disconnect();
    for (const KeyId of [on, off])
      assert.equal((await describeKey(KeyId))?.KeyState, 'Unavailable');
    await refused(
      world.kms.send(new EncryptCommand({ KeyId: off, Plaintext })),
      'KMSInvalidStateException',
      `${off} is unavailable.`,
    );
    await refused(
      world.kms.send(new CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })),
      'CustomKeyStoreInvalidStateException',
    );
    await world.kms.send(new EnableKeyCommand({ KeyId: on }));
    await world.kms.send(new DisableKeyCommand({ KeyId: off }));
    await world.kms.send(new CreateAliasCommand({ AliasName: 'alias/away', TargetKeyId: on }));
    await connect();
    assert.equal((await describeKey('alias/away'))?.KeyState, 'Enabled');
    assert.equal((await describeKey(off))?.KeyState, 'Disabled');
  });

  it('stays pending deletion while its store is disconnected, and can be cancelled', async () => {
    const arn = await newKey(world, CustomKeyStoreId);
    await world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: arn }));
    await disconnect();
    assert.equal((await describeKey(arn))?.KeyState, 'PendingDeletion');
    await world.kms.send(new CancelKeyDeletionCommand({ KeyId: arn }));
    assert.equal((await describeKey(arn))?.KeyState, 'Unavailable');
    await connect();
    assert.equal((await describeKey(arn))?.KeyState, 'Disabled');
  });
});

/** Waits for the DeleteKey event of a key. Returns its additional data. */
function deletion(arn: string): Promise<Readonly<Record<string, unknown>>> {
  return until(`the deletion of ${arn}`, async () => {
    const event = auditEvents(world.data).find(
      (one) => one['eventName'] === 'DeleteKey' && JSON.stringify(one['resources']).includes(arn),
    );
    return event?.['additionalEventData'] as Readonly<Record<string, unknown>> | undefined;
  });
}
const statuses = (data: Readonly<Record<string, unknown>>): readonly unknown[] =>
  (JSON.parse(String(data['backingKeysDeletionStatus'])) as { deletionStatus: string }[]).map(
    ({ deletionStatus }) => deletionStatus,
  );

describe('deletion of keys in a custom key store', () => {
  it('deletes the HSM key if the store is connected, and records a failure otherwise', async () => {
    const connected = await newKey(world, CustomKeyStoreId);
    await world.kms.send(
      new ScheduleKeyDeletionCommand({ KeyId: connected, PendingWindowInDays: 7 }),
    );
    await world.stop();
    await world.start('--clock-offset', '8d');
    const done = await deletion(connected);
    assert.deepEqual([done['customKeyStoreId'], statuses(done)], [CustomKeyStoreId, ['SUCCESS']]);

    const away = await newKey(world, CustomKeyStoreId);
    await world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: away, PendingWindowInDays: 7 }));
    await disconnect();
    await refused(
      world.kms.send(new DeleteCustomKeyStoreCommand({ CustomKeyStoreId })),
      'CustomKeyStoreHasCMKsException',
    );
    await world.stop();
    await world.start('--clock-offset', '16d');
    assert.deepEqual(statuses(await deletion(away)), ['FAILURE']);
    await refused(describeKey(away), 'NotFoundException');
  });
});
