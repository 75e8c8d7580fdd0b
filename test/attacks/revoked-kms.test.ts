/** Attacks by KMS itself, after the owner of the cluster has locked it out. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConnectCustomKeyStoreCommand,
  DisconnectCustomKeyStoreCommand,
  EncryptCommand,
} from '@aws-sdk/client-kms';
import { refusedAs } from '../support/hsm/hsm-world.ts';
import {
  asAdmin,
  KMSUSER_PASSWORD,
  newKey,
  ownCluster,
  ownKeyStore,
  untilStore,
} from '../support/own-cluster.ts';
import { addressesOf, logIn } from '../support/own-hsms.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';

describe('KMS, connected to a cluster whose owner revokes its access', () => {
  it('is out at once on all HSMs, and stays out until the owner lets it in again', async () => {
    await using world = await startWorld();
    const cluster = await ownCluster(world);
    const storeId = await ownKeyStore(world, cluster);
    const KeyId = await newKey(world, storeId);
    const encrypt = (): Promise<unknown> =>
      world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('order') }));
    await encrypt();
    const user = (...words: readonly string[]): Promise<unknown> =>
      cluster.hsm(['user', ...words, '--username', 'kmsuser'], asAdmin);
    const setPassword = (): Promise<unknown> =>
      user('change-password', '--role', 'crypto-user', '--password', KMSUSER_PASSWORD);
    // While it is logged in, its password can't be changed, as at AWS.
    await assert.rejects(setPassword(), /kmsuser is logged in; .*user disable --username kmsuser/);

    const { 'sessions-ended': ended, 'cluster-coverage': coverage } = (await user('disable')) as {
      'sessions-ended': number;
      'cluster-coverage': string;
    };
    assert.ok(ended >= 2, `${ended} sessions`);
    assert.equal(coverage, 'full');
    await assert.rejects(encrypt(), { name: 'KMSInvalidStateException' });
    for (const address of await addressesOf(world, cluster))
      await assert.rejects(
        logIn(cluster, address, {
          username: 'kmsuser',
          role: 'crypto-user',
          password: KMSUSER_PASSWORD,
        }),
        refusedAs('user-disabled'),
      );
    await setPassword();

    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'DISCONNECTED');
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    assert.equal(await untilStore(world, storeId, 'FAILED'), 'USER_LOCKED_OUT');
    await user('enable');
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'DISCONNECTED');
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    assert.equal(
      await untilStore(world, storeId, 'FAILED'),
      'INVALID_CREDENTIALS',
      'the password that KMS had is not valid any more',
    );
  });

  it('comes back by itself as soon as the owner enables its user', async () => {
    await using world = await startWorld();
    const cluster = await ownCluster(world);
    const KeyId = await newKey(world, await ownKeyStore(world, cluster));
    const encrypt = (): Promise<unknown> =>
      world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('order') }));
    for (const action of ['disable', 'enable'])
      await cluster.hsm(['user', action, '--username', 'kmsuser'], asAdmin);
    await until('KMS has logged in again', () =>
      encrypt().then(
        () => true,
        () => false,
      ),
    );
  });
});
