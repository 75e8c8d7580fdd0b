/**
 * Imported key material with the AWS SDK: wrapped with node:crypto, used by KMS, compared with the
 * owner's own results.
 */
import assert from 'node:assert/strict';
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateMacCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ImportKeyMaterialCommand,
  ListKeyRotationsCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  SignCommand,
  VerifyCommand,
  type AlgorithmSpec,
  type CreateKeyCommandInput,
  type KMSClient,
  type KeySpec,
  type SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { until } from '../support/until.ts';
import { importMaterial, parametersFor, wrap } from '../support/wrapping.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
after(() => world[Symbol.asyncDispose]());
const { kms } = world;

const DAY_MS = 86_400_000;
const text = Buffer.from('a secret of some length');

async function externalKey(
  input: CreateKeyCommandInput = {},
): Promise<{ readonly id: string; readonly arn: string }> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Origin: 'EXTERNAL', ...input }));
  assert.deepEqual(
    [KeyMetadata?.KeyState, KeyMetadata?.Origin, KeyMetadata?.Enabled],
    ['PendingImport', 'EXTERNAL', false],
  );
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

async function stateOf(KeyId: string, client: KMSClient = kms): Promise<string | undefined> {
  return (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
}

async function encrypt(KeyId: string): Promise<Uint8Array> {
  return (
    (await kms.send(new EncryptCommand({ KeyId, Plaintext: text }))).CiphertextBlob ??
    Buffer.alloc(0)
  );
}

async function decrypts(CiphertextBlob: Uint8Array, client: KMSClient = kms): Promise<void> {
  assert.deepEqual(
    Buffer.from((await client.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []),
    text,
  );
}

async function materialsOf(
  KeyId: string,
  client: KMSClient = kms,
): Promise<(readonly [string | undefined, string | undefined])[]> {
  const { Rotations = [] } = await client.send(
    new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
  );
  return Rotations.map(
    ({ KeyMaterialState, ImportState }) => [KeyMaterialState, ImportState] as const,
  );
}

describe('imported symmetric material', () => {
  const algorithms: readonly AlgorithmSpec[] = [
    'RSAES_OAEP_SHA_1',
    'RSAES_OAEP_SHA_256',
    'RSA_AES_KEY_WRAP_SHA_1',
    'RSA_AES_KEY_WRAP_SHA_256',
  ];
  for (const algorithm of algorithms) {
    it(`can be wrapped with ${algorithm}, and then encrypts and decrypts`, async () => {
      const { id, arn } = await externalKey();
      const parameters = await parametersFor(kms, id, algorithm);
      const answer = await importMaterial(kms, id, randomBytes(32), { parameters });
      assert.equal(answer.KeyId, arn);
      assert.match(answer.KeyMaterialId ?? '', /^[0-9a-f]{64}$/);
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
      assert.deepEqual(
        [KeyMetadata?.KeyState, KeyMetadata?.ExpirationModel, KeyMetadata?.CurrentKeyMaterialId],
        ['Enabled', 'KEY_MATERIAL_DOES_NOT_EXPIRE', answer.KeyMaterialId],
      );
      await decrypts(await encrypt(id));
    });
  }

  it('can be deleted, and only the same bytes can be imported again', async () => {
    const { id, arn } = await externalKey();
    const material = randomBytes(32);
    const { KeyMaterialId } = await importMaterial(kms, id, material);
    const ciphertext = await encrypt(id);
    const deleted = await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId: id }));
    assert.deepEqual([deleted.KeyId, deleted.KeyMaterialId], [arn, KeyMaterialId]);
    assert.equal(await stateOf(id), 'PendingImport');
    await refused(
      kms.send(new DecryptCommand({ CiphertextBlob: ciphertext })),
      'KMSInvalidStateException',
      `${arn} is pending import.`,
    );
    await refused(importMaterial(kms, id, randomBytes(32)), 'IncorrectKeyMaterialException');
    await importMaterial(kms, id, material, { KeyMaterialId });
    assert.equal(await stateOf(id), 'Enabled');
    await decrypts(ciphertext);
  });

  it('has another ID in another key, and cannot decrypt there', async () => {
    const [one, other] = [await externalKey(), await externalKey()];
    const material = randomBytes(32);
    const ids = [
      await importMaterial(kms, one.id, material),
      await importMaterial(kms, other.id, material),
    ];
    assert.notEqual(ids[0]?.KeyMaterialId, ids[1]?.KeyMaterialId);
    const CiphertextBlob = await encrypt(one.id);
    await refused(
      kms.send(new DecryptCommand({ CiphertextBlob, KeyId: other.id })),
      'IncorrectKeyException',
    );
  });

  it('must have 32 bytes', async () => {
    const { id } = await externalKey();
    for (const length of [16, 31, 33])
      await refused(importMaterial(kms, id, randomBytes(length)), 'IncorrectKeyMaterialException');
    assert.equal(await stateOf(id), 'PendingImport');
  });
});

describe('several materials of one key', () => {
  it('become current one at a time by on-demand rotation, and all must be present', async () => {
    const { id, arn } = await externalKey();
    const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    const { KeyMaterialId: firstId } = await importMaterial(kms, id, first, {
      KeyMaterialDescription: 'the first',
    });
    const old = await encrypt(id);
    const noMaterial = new RegExp(
      `^No available key material pending rotation for the key: ${arn}.$`,
    );
    await refused(
      kms.send(new RotateKeyOnDemandCommand({ KeyId: id })),
      'KMSInvalidStateException',
      noMaterial,
    );
    await refused(
      importMaterial(kms, id, first, { ImportType: 'NEW_KEY_MATERIAL' }),
      'IncorrectKeyMaterialException',
    );
    const { KeyMaterialId: secondId } = await importMaterial(kms, id, second, {
      ImportType: 'NEW_KEY_MATERIAL',
    });
    assert.deepEqual(await materialsOf(id), [
      ['CURRENT', 'IMPORTED'],
      ['PENDING_ROTATION', 'IMPORTED'],
    ]);
    await refused(
      importMaterial(kms, id, third, { ImportType: 'NEW_KEY_MATERIAL' }),
      'KMSInvalidStateException',
      new RegExp(
        `^New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key ${arn}, because another key material \\(id: ${secondId}\\) is pending rotation\\.$`,
      ),
    );
    await kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    await until('the rotation has ended', async () => {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
      return KeyMetadata?.CurrentKeyMaterialId === secondId;
    });
    await decrypts(old);
    const recent = await encrypt(id);
    await kms.send(
      new DeleteImportedKeyMaterialCommand({
        KeyId: id,
        ...(firstId !== undefined && { KeyMaterialId: firstId }),
      }),
    );
    assert.equal(await stateOf(id), 'PendingImport');
    await refused(
      kms.send(new DecryptCommand({ CiphertextBlob: recent })),
      'KMSInvalidStateException',
    );
    await importMaterial(kms, id, first);
    await decrypts(old);
    await decrypts(recent);
    const { Rotations = [] } = await kms.send(
      new ListKeyRotationsCommand({ KeyId: id, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
    );
    assert.deepEqual(
      Rotations.map(({ KeyMaterialId, KeyMaterialDescription }) => [
        KeyMaterialId,
        KeyMaterialDescription,
      ]),
      [
        [firstId, 'the first'],
        [secondId, ''],
      ],
    );
  });

  it('of a multi-Region key are imported into the primary first, then into the replicas', async () => {
    const { id } = await externalKey({ MultiRegion: true });
    const [first, second] = [randomBytes(32), randomBytes(32)];
    await importMaterial(kms, id, first);
    const there = world.kmsIn('eu-west-1');
    await kms.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'eu-west-1' }));
    await until(
      'the replica is created',
      async () => (await stateOf(id, there)) === 'PendingImport',
    );
    await refused(importMaterial(there, id, second), 'IncorrectKeyMaterialException');
    await importMaterial(there, id, first);
    await decrypts(await encrypt(id), there);
    await refused(
      importMaterial(there, id, second, { ImportType: 'NEW_KEY_MATERIAL' }),
      'UnsupportedOperationException',
    );
    await importMaterial(kms, id, second, { ImportType: 'NEW_KEY_MATERIAL' });
    const waiting = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
    assert.deepEqual((await materialsOf(id))[1], [waiting, 'IMPORTED']);
    assert.deepEqual((await materialsOf(id, there))[1], [waiting, 'PENDING_IMPORT']);
    await refused(
      kms.send(new RotateKeyOnDemandCommand({ KeyId: id })),
      'KMSInvalidStateException',
    );
    await importMaterial(there, id, second, { ImportType: 'EXISTING_KEY_MATERIAL' });
    assert.deepEqual((await materialsOf(id))[1], ['PENDING_ROTATION', 'IMPORTED']);
    assert.deepEqual((await materialsOf(id, there))[1], ['PENDING_ROTATION', 'IMPORTED']);
    await kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    await until(
      'the rotation has ended in both Regions',
      async () => (await materialsOf(id, there))[1]?.[0] === 'CURRENT',
    );
    await decrypts(await encrypt(id), there);
  });
});

describe('imported private keys and HMAC keys', () => {
  const pairs: readonly (readonly [
    KeySpec,
    () => KeyObject,
    SigningAlgorithmSpec,
    string | undefined,
    AlgorithmSpec,
  ])[] = [
    [
      'RSA_2048',
      () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      'RSASSA_PKCS1_V1_5_SHA_256',
      'sha256',
      'RSA_AES_KEY_WRAP_SHA_256',
    ],
    [
      'ECC_NIST_P256',
      () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      'ECDSA_SHA_256',
      'sha256',
      'RSAES_OAEP_SHA_256',
    ],
    [
      'ECC_NIST_P521',
      () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
      'ECDSA_SHA_512',
      'sha512',
      'RSA_AES_KEY_WRAP_SHA_1',
    ],
    [
      'ECC_SECG_P256K1',
      () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      'ECDSA_SHA_256',
      'sha256',
      'RSAES_OAEP_SHA_1',
    ],
    [
      'ECC_NIST_EDWARDS25519',
      () => generateKeyPairSync('ed25519').privateKey,
      'ED25519_SHA_512',
      undefined,
      'RSAES_OAEP_SHA_256',
    ],
    [
      'ML_DSA_65',
      () => generateKeyPairSync('ml-dsa-65').privateKey,
      'ML_DSA_SHAKE_256',
      undefined,
      'RSA_AES_KEY_WRAP_SHA_256',
    ],
  ];
  for (const [spec, make, SigningAlgorithm, hash, algorithm] of pairs) {
    it(`${spec} wrapped with ${algorithm}: KMS and the owner verify each other’s signatures`, async () => {
      const privateKey = make();
      const { id } = await externalKey({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY' });
      const material = privateKey.export({ type: 'pkcs8', format: 'der' });
      await importMaterial(kms, id, material, {
        parameters: await parametersFor(kms, id, algorithm),
      });
      const publicKey = createPublicKey(privateKey);
      const { PublicKey = [] } = await kms.send(new GetPublicKeyCommand({ KeyId: id }));
      assert.deepEqual(Buffer.from(PublicKey), publicKey.export({ type: 'spki', format: 'der' }));
      const request = { KeyId: id, Message: text, SigningAlgorithm };
      const { Signature = Buffer.alloc(0) } = await kms.send(new SignCommand(request));
      assert.ok(verify(hash, text, publicKey, Signature));
      const own = sign(hash, text, privateKey);
      assert.equal(
        (await kms.send(new VerifyCommand({ ...request, Signature: own }))).SignatureValid,
        true,
      );
    });
  }

  it('an HMAC key: KMS computes the same MACs as the owner', async () => {
    const material = randomBytes(48);
    const { id } = await externalKey({ KeySpec: 'HMAC_384', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await refused(importMaterial(kms, id, material.subarray(1)), 'IncorrectKeyMaterialException');
    await importMaterial(kms, id, material);
    const { Mac = [] } = await kms.send(
      new GenerateMacCommand({ KeyId: id, Message: text, MacAlgorithm: 'HMAC_SHA_384' }),
    );
    assert.deepEqual(Buffer.from(Mac), createHmac('sha384', material).update(text).digest());
  });

  it('a private key cannot be replaced by another one', async () => {
    const { id } = await externalKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const make = (): Buffer =>
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        type: 'pkcs8',
        format: 'der',
      });
    const material = make();
    await importMaterial(kms, id, material);
    await refused(importMaterial(kms, id, make()), 'IncorrectKeyMaterialException');
    await refused(
      importMaterial(kms, id, make(), { ImportType: 'NEW_KEY_MATERIAL' }),
      'UnsupportedOperationException',
    );
    await importMaterial(kms, id, material);
  });

  it('keys of another spec, mismatched key pairs and random bytes are rejected', async () => {
    const { id } = await externalKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({
      type: 'pkcs8',
      format: 'der',
    });
    await refused(
      importMaterial(kms, id, other),
      'IncorrectKeyMaterialException',
      /not valid for key spec ECC_NIST_P256/,
    );
    const forged = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'der',
    });
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
      type: 'spki',
      format: 'der',
    });
    foreign.subarray(-65).copy(forged, forged.length - 65);
    assert.ok(
      createPrivateKey({ key: forged, format: 'der', type: 'pkcs8' }),
      'node:crypto accepts the mismatched pair',
    );
    await refused(importMaterial(kms, id, forged), 'IncorrectKeyMaterialException');
    await refused(importMaterial(kms, id, randomBytes(138)), 'IncorrectKeyMaterialException');
  });

  it('GetParametersForImport rejects key specs that are too long for RSA-OAEP', async () => {
    const refusals = [
      ['RSA_2048', 'RSAES_OAEP_SHA_256'],
      ['ECC_NIST_P521', 'RSAES_OAEP_SHA_1'],
    ] as const;
    for (const [KeySpec, WrappingAlgorithm] of refusals) {
      const { id } = await externalKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
      const request = { KeyId: id, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' } as const;
      await refused(
        kms.send(new GetParametersForImportCommand(request)),
        'ValidationException',
        new RegExp(`key spec ${KeySpec}`),
      );
    }
  });
});

describe('import tokens', () => {
  it('are valid for one key only, and cannot be forged or changed', async () => {
    const [one, other] = [await externalKey(), await externalKey()];
    const parameters = await parametersFor(kms, one.id);
    const EncryptedKeyMaterial = wrap(parameters, randomBytes(32));
    const request = {
      KeyId: one.id,
      EncryptedKeyMaterial,
      ImportToken: parameters.token,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    } as const;
    await refused(
      kms.send(new ImportKeyMaterialCommand({ ...request, KeyId: other.id })),
      'InvalidImportTokenException',
    );
    const changed = Buffer.from(parameters.token);
    changed[40] = (changed[40] ?? 0) ^ 1;
    await refused(
      kms.send(new ImportKeyMaterialCommand({ ...request, ImportToken: changed })),
      'InvalidImportTokenException',
    );
    await refused(
      kms.send(new ImportKeyMaterialCommand({ ...request, ImportToken: randomBytes(400) })),
      'InvalidImportTokenException',
    );
    const anothers = wrap(await parametersFor(kms, one.id), randomBytes(32));
    await refused(
      kms.send(new ImportKeyMaterialCommand({ ...request, EncryptedKeyMaterial: anothers })),
      'InvalidCiphertextException',
    );
    await kms.send(new ImportKeyMaterialCommand(request));
  });

  it('are issued only for supported wrapping algorithms and keys with origin EXTERNAL', async () => {
    const { id } = await externalKey();
    for (const WrappingAlgorithm of ['RSAES_PKCS1_V1_5', 'SM2PKE'] as const) {
      const request = { KeyId: id, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' } as const;
      await refused(
        kms.send(new GetParametersForImportCommand(request)),
        'UnsupportedOperationException',
      );
    }
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const own = {
      KeyId: KeyMetadata?.KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    } as const;
    await refused(
      kms.send(new GetParametersForImportCommand(own)),
      'UnsupportedOperationException',
      `${KeyMetadata?.Arn} origin is AWS_KMS which is not valid for this operation.`,
    );
  });
});

describe('expiration', () => {
  it('requires a date in the next 365 days, if and only if the material expires', async () => {
    const { id } = await externalKey();
    const parameters = await parametersFor(kms, id);
    const request = {
      KeyId: id,
      ImportToken: parameters.token,
      EncryptedKeyMaterial: wrap(parameters, randomBytes(32)),
    };
    const attempt = (more: object): Promise<unknown> =>
      kms.send(new ImportKeyMaterialCommand({ ...request, ...more }));
    await refused(
      attempt({}),
      'ValidationException',
      'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
    );
    await refused(attempt({ ValidTo: new Date(Date.now() - DAY_MS) }), 'ValidationException');
    await refused(attempt({ ValidTo: new Date(Date.now() + 366 * DAY_MS) }), 'ValidationException');
    const both = {
      ValidTo: new Date(Date.now() + DAY_MS),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    };
    await refused(attempt(both), 'ValidationException');
    assert.equal(await stateOf(id), 'PendingImport');
  });

  it('deletes the material, which can be imported again; import tokens expire after a day', async () => {
    const { id, arn } = await externalKey();
    const material = randomBytes(32);
    const ValidTo = new Date(Math.ceil(Date.now() / 1000) * 1000 + DAY_MS);
    await importMaterial(kms, id, material, { ValidTo });
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    assert.deepEqual(
      [KeyMetadata?.ExpirationModel, KeyMetadata?.ValidTo],
      ['KEY_MATERIAL_EXPIRES', ValidTo],
    );
    const ciphertext = await encrypt(id);
    const parameters = await parametersFor(kms, id);
    await world.stop();
    await world.start('--clock-offset', '25h');
    await until('the material has expired', async () => (await stateOf(id)) === 'PendingImport');
    await refused(
      kms.send(new DecryptCommand({ CiphertextBlob: ciphertext })),
      'KMSInvalidStateException',
      `${arn} is pending import.`,
    );
    await refused(importMaterial(kms, id, material, { parameters }), 'ExpiredImportTokenException');
    await importMaterial(kms, id, material, { parameters: await parametersFor(kms, id) });
    await decrypts(ciphertext);
  });
});
