import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ConnectCustomKeyStoreCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisconnectCustomKeyStoreCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  ReEncryptCommand,
  UpdateCustomKeyStoreCommand,
} from '@aws-sdk/client-kms';
import { customerCa } from '../support/customer-ca.ts';
import {
  asAdmin,
  newKey,
  ownCluster,
  ownKeyStore,
  untilStore,
  type OwnCluster,
} from '../support/own-cluster.ts';
import { startWorld, type World } from '../support/world.ts';

const Plaintext = Buffer.from('a secret of the customer');
const EncryptionContext = { purpose: 'test', tenant: '42' };

interface KeyList {
  readonly matched_keys: readonly {
    readonly 'key-reference': string;
    readonly 'key-info'?: { readonly 'key-owners': readonly { readonly username: string }[] };
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly total_key_count: number;
}

describe('the six steps', () => {
  let world: World;
  let cluster: OwnCluster;
  let storeId: string;
  let inStore: string;
  let inDefault: string;

  before(async () => {
    world = await startWorld();
    cluster = await ownCluster(world, { ca: await customerCa('RSA') });
    storeId = await ownKeyStore(world, cluster);
    inStore = await newKey(world, storeId);
    inDefault = await newKey(world);
  });
  after(() => world?.[Symbol.asyncDispose]());

  it('create a key that KMS shows in the custom key store', async () => {
    const { KeyMetadata } = await world.kms.send(new DescribeKeyCommand({ KeyId: inStore }));
    assert.equal(KeyMetadata?.Origin, 'AWS_CLOUDHSM');
    assert.equal(KeyMetadata.CustomKeyStoreId, storeId);
    assert.equal(KeyMetadata.CloudHsmClusterId, cluster.clusterId);
    assert.equal(KeyMetadata.KeyState, 'Enabled');
    assert.equal(KeyMetadata.CurrentKeyMaterialId, undefined);
  });

  it('create a key that encrypts and decrypts like a key in the default key store', async () => {
    for (const KeyId of [inStore, inDefault]) {
      const { CiphertextBlob, KeyId: used } = await world.kms.send(
        new EncryptCommand({ KeyId, Plaintext, EncryptionContext }),
      );
      assert.equal(used, KeyId);
      const opened = await world.kms.send(
        new DecryptCommand({ CiphertextBlob, EncryptionContext }),
      );
      assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
      assert.equal(opened.KeyId, KeyId);
      await assert.rejects(
        world.kms.send(
          new DecryptCommand({
            CiphertextBlob,
            EncryptionContext: { ...EncryptionContext, tenant: '43' },
          }),
        ),
        {
          name: 'InvalidCiphertextException',
        },
      );
    }
  });

  it('produce ciphertexts of the same length in both key stores', async () => {
    const lengths = await Promise.all(
      [inStore, inDefault].map(
        async (KeyId) =>
          (await world.kms.send(new EncryptCommand({ KeyId, Plaintext }))).CiphertextBlob?.length,
      ),
    );
    assert.equal(lengths[0], lengths[1]);
  });

  it('produce data keys whose ciphertext decrypts to the plaintext', async () => {
    for (const KeyId of [inStore, inDefault]) {
      const key = await world.kms.send(
        new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
      );
      assert.equal(key.Plaintext?.length, 32);
      const opened = await world.kms.send(
        new DecryptCommand({ CiphertextBlob: key.CiphertextBlob, EncryptionContext }),
      );
      assert.deepEqual(opened.Plaintext, key.Plaintext);
      const hidden = await world.kms.send(
        new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 77 }),
      );
      const shown = await world.kms.send(
        new DecryptCommand({ CiphertextBlob: hidden.CiphertextBlob, KeyId }),
      );
      assert.equal(shown.Plaintext?.length, 77);
    }
  });

  it('allow ReEncrypt between the key stores and within each', async () => {
    for (const [from, to] of [
      [inStore, inDefault],
      [inDefault, inStore],
      [inStore, inStore],
      [inDefault, inDefault],
    ]) {
      const { CiphertextBlob } = await world.kms.send(
        new EncryptCommand({ KeyId: from, Plaintext, EncryptionContext }),
      );
      const moved = await world.kms.send(
        new ReEncryptCommand({
          CiphertextBlob,
          SourceEncryptionContext: EncryptionContext,
          DestinationKeyId: to,
          DestinationEncryptionContext: { moved: 'yes' },
        }),
      );
      assert.equal(moved.SourceKeyId, from);
      assert.equal(moved.KeyId, to);
      const opened = await world.kms.send(
        new DecryptCommand({
          CiphertextBlob: moved.CiphertextBlob,
          EncryptionContext: { moved: 'yes' },
        }),
      );
      assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
    }
  });

  it('allow GenerateRandom with the custom key store', async () => {
    const { Plaintext: bytes } = await world.kms.send(
      new GenerateRandomCommand({ NumberOfBytes: 64, CustomKeyStoreId: storeId }),
    );
    assert.equal(bytes?.length, 64);
  });

  it('let the customer inspect the key in the HSMs, revoke KMS’s access at once, and restore it', async () => {
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId: inStore, Plaintext }),
    );

    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    const { KeyMetadata } = await world.kms.send(new DescribeKeyCommand({ KeyId: inStore }));
    assert.equal(KeyMetadata?.KeyState, 'Unavailable');
    assert.equal(KeyMetadata?.Enabled, false);
    await assert.rejects(world.kms.send(new DecryptCommand({ CiphertextBlob })), {
      name: 'KMSInvalidStateException',
      message: `${inStore} is unavailable.`,
    });
    await untilStore(world, storeId, 'DISCONNECTED');

    await cluster.hsm(
      [
        'user',
        'change-password',
        '--username',
        'kmsuser',
        '--role',
        'crypto-user',
        '--password',
        'taken-back-1',
      ],
      asAdmin,
    );
    const listed = (await cluster.hsm(
      ['key', 'list', '--filter', `attr.label=${inStore}`, '--verbose'],
      {
        role: 'crypto-user',
        pin: 'kmsuser:taken-back-1',
      },
    )) as KeyList;
    assert.equal(listed.total_key_count, 1);
    const [key] = listed.matched_keys;
    assert.equal(key?.attributes['label'], inStore);
    assert.equal(key?.attributes['extractable'], false);
    assert.equal(key?.attributes['never-extractable'], true);
    assert.equal(key?.attributes['key-type'], 'aes');
    assert.equal(key?.['key-info']?.['key-owners'][0]?.username, 'kmsuser');

    await world.kms.send(
      new UpdateCustomKeyStoreCommand({
        CustomKeyStoreId: storeId,
        KeyStorePassword: 'taken-back-1',
      }),
    );
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'CONNECTED');
    const opened = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
  });

  it('change kmsuser’s password on connecting, so that the customer’s password no longer works', async () => {
    await assert.rejects(
      cluster.hsm(['key', 'list'], { role: 'crypto-user', pin: 'kmsuser:taken-back-1' }),
    );
  });

  it('let the customer delete the key material without KMS', async () => {
    const doomed = await newKey(world, storeId);
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId: doomed, Plaintext }),
    );
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'DISCONNECTED');
    await cluster.hsm(
      [
        'user',
        'change-password',
        '--username',
        'kmsuser',
        '--role',
        'crypto-user',
        '--password',
        'taken-back-2',
      ],
      asAdmin,
    );
    const kmsuser = { role: 'crypto-user', pin: 'kmsuser:taken-back-2' };
    await cluster.hsm(['key', 'delete', '--filter', `attr.label=${doomed}`], kmsuser);
    await world.kms.send(
      new UpdateCustomKeyStoreCommand({
        CustomKeyStoreId: storeId,
        KeyStorePassword: 'taken-back-2',
      }),
    );
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'CONNECTED');
    await assert.rejects(world.kms.send(new DecryptCommand({ CiphertextBlob })), {
      name: 'KMSInvalidStateException',
    });
    const { KeyMetadata } = await world.kms.send(new DescribeKeyCommand({ KeyId: doomed }));
    assert.equal(
      KeyMetadata?.KeyState,
      'Enabled',
      'as in AWS, the state of the KMS key does not follow its material',
    );
    await world.kms.send(new EncryptCommand({ KeyId: inStore, Plaintext }));
  });
});
