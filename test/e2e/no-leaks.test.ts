/**
 * Passes secrets of many kinds through an installation, and then searches its files and output for
 * their plaintext.
 */
import assert from 'node:assert/strict';
import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateCustomKeyStoreCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateRandomCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  UpdateCustomKeyStoreCommand,
} from '@aws-sdk/client-kms';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { customerCa } from '../support/customer-ca.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import {
  ADMIN_PASSWORD,
  asAdmin,
  KMSUSER_PASSWORD,
  newKey,
  ownCluster,
  ownKeyStore,
} from '../support/own-cluster.ts';
import { findPlanted, planted, type Planted } from '../support/planted.ts';
import { administrator, clientsFor, newUser, policy, type Clients } from '../support/principals.ts';
import { startWorld, type World } from '../support/world.ts';

/** Uses keys of both key stores. Returns the plaintexts, data keys and random bytes. */
async function useKeys({ kms }: Clients, keys: readonly string[]): Promise<Planted[]> {
  const found: Planted[] = [];
  for (const KeyId of keys) {
    const text = `plaintext ${randomBytes(12).toString('hex')}`;
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from(text) }),
    );
    await kms.send(new DecryptCommand({ CiphertextBlob }));
    const { Plaintext } = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    found.push(planted('a plaintext', text), planted('a data key', Plaintext));
  }
  const pair = await kms.send(
    new GenerateDataKeyPairCommand({ KeyId: keys[0], KeyPairSpec: 'ECC_NIST_P256' }),
  );
  const random = await kms.send(new GenerateRandomCommand({ NumberOfBytes: 32 }));
  found.push(
    planted('the private key of a data key pair', pair.PrivateKeyPlaintext?.subarray(36, 68)),
    planted('random bytes', random.Plaintext),
  );
  return found;
}

async function importMaterial({ kms }: Clients): Promise<Planted> {
  const material = randomBytes(32);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
  const KeyId = KeyMetadata?.KeyId;
  const wrapping = {
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  } as const;
  const { PublicKey = new Uint8Array(), ImportToken } = await kms.send(
    new GetParametersForImportCommand({ KeyId, ...wrapping }),
  );
  const key = {
    key: Buffer.from(PublicKey),
    format: 'der',
    type: 'spki',
    oaepHash: 'sha256',
    padding: constants.RSA_PKCS1_OAEP_PADDING,
  } as const;
  const EncryptedKeyMaterial = publicEncrypt(key, material);
  await kms.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken,
      EncryptedKeyMaterial,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
  );
  return planted('imported key material', material);
}

/**
 * Creates credentials. Returns the secrets of access keys and sessions, and a web identity token.
 */
async function useIdentities(world: World, { iam, sts }: Clients): Promise<Planted[]> {
  const user = await newUser(world, iam, 'ann');
  const { secretAccessKey } = await user.kms.config.credentials();
  const account = await keyhold(['account', 'create', '--json'], world.environment());
  const { SecretAccessKey } = JSON.parse(account.stdout) as { SecretAccessKey: string };

  await using provider = await startIdentityProvider();
  const { OpenIDConnectProviderArn: Federated } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: provider.issuer,
      ClientIDList: ['sts.amazonaws.com'],
    }),
  );
  const statements = [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } },
    { Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated } },
  ];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument }),
  );
  const wanted = { RoleArn: Role?.Arn, RoleSessionName: 'session' };
  const { Credentials } = await sts.send(new AssumeRoleCommand(wanted));
  const WebIdentityToken = await provider.token({ sub: 'somebody' });
  await sts.send(new AssumeRoleWithWebIdentityCommand({ ...wanted, WebIdentityToken }));
  await assert.rejects(
    sts.send(
      new AssumeRoleWithWebIdentityCommand({ ...wanted, WebIdentityToken: `${WebIdentityToken}x` }),
    ),
  );
  return [
    planted('the secret of an access key', secretAccessKey),
    planted("the secret of another account's access key", SecretAccessKey),
    planted('the secret of a session', Credentials?.SecretAccessKey),
    planted('the token of a session', Credentials?.SessionToken),
    planted('a web identity token', WebIdentityToken.split('.')[2]),
  ];
}

/** Sends secrets in the wrong member, or with a wrong signature. Returns them. */
async function makeMistakes(world: World, { kms }: Clients, keyId: string): Promise<Planted[]> {
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${randomBytes(90).toString('base64')}\n-----END PRIVATE KEY-----\n`;
  const password = `wrong-${randomBytes(8).toString('hex')}`;
  const store = {
    CustomKeyStoreName: 'x',
    CloudHsmClusterId: 'cluster-aaaaaaaaaaa',
    TrustAnchorCertificate: privateKey,
  };
  await assert.rejects(
    kms.send(new CreateCustomKeyStoreCommand({ ...store, KeyStorePassword: password })),
  );
  await assert.rejects(
    kms.send(
      new UpdateCustomKeyStoreCommand({ CustomKeyStoreId: 'cks-0', KeyStorePassword: password }),
    ),
  );
  const badSignature = {
    accessKeyId: 'AKIAAAAAAAAAAAAAAAAA',
    secretAccessKey: `not a secret ${randomBytes(8).toString('hex')}`,
  };
  await assert.rejects(
    clientsFor(world, badSignature).kms.send(
      new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from(password) }),
    ),
  );
  return [
    planted('a private key where a certificate belongs', privateKey.slice(28, 100)),
    planted('a wrong password', password),
    planted('a secret that signed', badSignature.secretAccessKey),
  ];
}

describe('the search for plaintext secrets', () => {
  it('finds none in the data folder, the logs, the audit trails and the output', async () => {
    await using world = await startWorld(['--log-level', 'debug']);
    using admin = administrator(world);
    const cluster = await ownCluster(world, { ca: await customerCa('EC') });
    const store = await ownKeyStore(world, cluster);
    const keys = [await newKey(world), await newKey(world, store)];
    const hsmPassword = `crypto-user-${randomBytes(8).toString('hex')}`;
    await cluster.hsm(
      ['user', 'create', '--username', 'carol', '--role', 'crypto-user', '--password', hsmPassword],
      asAdmin,
    );
    const secrets = [
      planted("the HSM admin's password", ADMIN_PASSWORD),
      planted("kmsuser's first password", KMSUSER_PASSWORD),
      planted('the password of an HSM user', hsmPassword),
      ...(await useKeys(admin, keys)),
      await importMaterial(admin),
      ...(await useIdentities(world, admin)),
      ...(await makeMistakes(world, admin, keys[0] ?? '')),
    ];
    assert.deepEqual(
      findPlanted(secrets, world.data, { 'the output of the server': world.server.output() }),
      [],
      'while it runs',
    );
    await world.stop();
    await world.start();
    await world.stop();
    assert.deepEqual(
      findPlanted(secrets, world.data, { 'the output of the server': world.server.output() }),
      [],
      'after a restart',
    );
  });

  it('finds a secret in each encoding, in a file and in a text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyhold-leak-'));
    try {
      const secret = planted('a secret', randomBytes(32));
      const file = join(folder, 'log');
      const forms = [
        Buffer.from(secret.bytes),
        Buffer.from(secret.bytes).toString('hex'),
        Buffer.concat([Buffer.from('ab'), secret.bytes, Buffer.from('cd')]).toString('base64'),
        Buffer.from(secret.bytes).toString('base64url'),
      ];
      for (const form of forms) {
        writeFileSync(file, 'before ');
        assert.deepEqual(findPlanted([secret], folder), []);
        appendFileSync(file, form);
        assert.deepEqual(findPlanted([secret], folder), [`a secret in ${file}`]);
      }
      assert.deepEqual(
        findPlanted([secret], folder, {
          text: policy({ x: Buffer.from(secret.bytes).toString('hex') }),
        }).length,
        2,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
