/** CreateKey and DescribeKey: specs, usages, origins, policies, tags, quotas. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  ListKeyPoliciesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  type CreateKeyCommandInput,
  type KeyMetadata,
  type KeySpec,
  type KeyUsageType,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { startWorld, type World } from '../support/world.ts';

const ROOT = 'arn:aws:iam::111122223333:root';

let world: World;
before(async () => {
  world = await startWorld(['--quota', 'keys=90']);
});
after(() => world[Symbol.asyncDispose]());

async function make(input: CreateKeyCommandInput = {}): Promise<KeyMetadata> {
  const { KeyMetadata } = await world.kms.send(new CreateKeyCommand(input));
  assert.ok(KeyMetadata);
  return KeyMetadata;
}
const refusedInput = (
  input: CreateKeyCommandInput,
  name: string,
  text?: string | RegExp,
): Promise<void> => refused(make(input), name, text);

/**
 * Every key spec with every usage, with the metadata member that lists the algorithms, and the
 * algorithms.
 */
const kinds: readonly (readonly [KeySpec, KeyUsageType, keyof KeyMetadata, readonly string[]])[] = [
  ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms', ['SYMMETRIC_DEFAULT']],
  ...(['RSA_2048', 'RSA_3072', 'RSA_4096'] as const).flatMap(
    (spec) =>
      [
        [
          spec,
          'ENCRYPT_DECRYPT',
          'EncryptionAlgorithms',
          ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
        ],
        [
          spec,
          'SIGN_VERIFY',
          'SigningAlgorithms',
          ['PKCS1_V1_5', 'PSS'].flatMap((padding) =>
            [256, 384, 512].map((hash) => `RSASSA_${padding}_SHA_${hash}`),
          ),
        ],
      ] as const,
  ),
  ...(
    [
      ['ECC_NIST_P256', 256],
      ['ECC_NIST_P384', 384],
      ['ECC_NIST_P521', 512],
    ] as const
  ).flatMap(
    ([spec, hash]) =>
      [
        [spec, 'SIGN_VERIFY', 'SigningAlgorithms', [`ECDSA_SHA_${hash}`]],
        [spec, 'KEY_AGREEMENT', 'KeyAgreementAlgorithms', ['ECDH']],
      ] as const,
  ),
  ['ECC_SECG_P256K1', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_256']],
  [
    'ECC_NIST_EDWARDS25519',
    'SIGN_VERIFY',
    'SigningAlgorithms',
    ['ED25519_SHA_512', 'ED25519_PH_SHA_512'],
  ],
  ['SM2', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms', ['SM2PKE']],
  ['SM2', 'SIGN_VERIFY', 'SigningAlgorithms', ['SM2DSA']],
  ['SM2', 'KEY_AGREEMENT', 'KeyAgreementAlgorithms', ['ECDH']],
  ...([224, 256, 384, 512] as const).map(
    (length) =>
      [`HMAC_${length}`, 'GENERATE_VERIFY_MAC', 'MacAlgorithms', [`HMAC_SHA_${length}`]] as const,
  ),
  ...([44, 65, 87] as const).map(
    (set) => [`ML_DSA_${set}`, 'SIGN_VERIFY', 'SigningAlgorithms', ['ML_DSA_SHAKE_256']] as const,
  ),
  ...([512, 768, 1024] as const).map(
    (set) =>
      [`ML_KEM_${set}`, 'ENCAPSULATE_DECAPSULATE', 'EncapsulationAlgorithms', ['ML_KEM']] as const,
  ),
];

describe('CreateKey', () => {
  it('creates a symmetric encryption key with the default policy by default', async () => {
    const { KeyId, Arn, CreationDate, CurrentKeyMaterialId, ...shown } = await make();
    assert.match(KeyId ?? '', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(Arn, `arn:aws:kms:us-east-1:111122223333:key/${KeyId}`);
    assert.ok(CreationDate && Math.abs(CreationDate.getTime() - Date.now()) < 60_000);
    assert.match(CurrentKeyMaterialId ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(shown, {
      AWSAccountId: '111122223333',
      Enabled: true,
      Description: '',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
    });
    const { Policy } = await world.kms.send(new GetKeyPolicyCommand({ KeyId }));
    assert.deepEqual(JSON.parse(Policy ?? ''), {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: ROOT },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
  });

  for (const [KeySpec, KeyUsage, member, algorithms] of kinds) {
    it(`creates ${KeySpec} keys for ${KeyUsage} with origin EXTERNAL`, async () => {
      const made = await make({ KeySpec, KeyUsage, Origin: 'EXTERNAL', Description: KeySpec });
      const { KeyMetadata: shown } = await world.kms.send(
        new DescribeKeyCommand({ KeyId: made.KeyId }),
      );
      assert.deepEqual(shown, made);
      assert.deepEqual(
        [
          made.KeySpec,
          made.CustomerMasterKeySpec,
          made.KeyUsage,
          made.Origin,
          made.KeyState,
          made.Enabled,
          made.Description,
        ],
        [KeySpec, KeySpec, KeyUsage, 'EXTERNAL', 'PendingImport', false, KeySpec],
      );
      assert.deepEqual(made[member], algorithms);
      assert.deepEqual(
        Object.keys(made).filter((name) => name.endsWith('Algorithms')),
        [member],
      );
      for (const absent of [
        'CurrentKeyMaterialId',
        'ExpirationModel',
        'ValidTo',
        'DeletionDate',
      ] as const)
        assert.equal(made[absent], undefined);
    });
  }

  for (const [KeySpec, KeyUsage] of kinds.filter(([spec], at) => spec !== kinds[at - 1]?.[0])) {
    it(`creates ${KeySpec} keys for ${KeyUsage} with origin AWS_KMS`, async () => {
      const made = await make({ KeySpec, KeyUsage });
      assert.deepEqual([made.KeyState, made.Origin], ['Enabled', 'AWS_KMS']);
      assert.equal(made.CurrentKeyMaterialId === undefined, KeySpec !== 'SYMMETRIC_DEFAULT');
    });
  }

  it('accepts the deprecated CustomerMasterKeySpec, but not together with KeySpec', async () => {
    const { KeySpec } = await make({
      CustomerMasterKeySpec: 'HMAC_384',
      KeyUsage: 'GENERATE_VERIFY_MAC',
      Origin: 'EXTERNAL',
    });
    assert.equal(KeySpec, 'HMAC_384');
    await refusedInput(
      { CustomerMasterKeySpec: 'HMAC_384', KeySpec: 'HMAC_384' },
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  });

  it('requires a usage for RSA keys, and one that the spec supports', async () => {
    await refusedInput(
      { KeySpec: 'RSA_2048' },
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
    for (const [KeySpec, KeyUsage] of [
      ['RSA_2048', 'KEY_AGREEMENT'],
      ['SYMMETRIC_DEFAULT', 'SIGN_VERIFY'],
      ['HMAC_256', 'ENCRYPT_DECRYPT'],
      ['ECC_SECG_P256K1', 'KEY_AGREEMENT'],
      ['ECC_NIST_EDWARDS25519', 'KEY_AGREEMENT'],
      ['ML_DSA_44', 'ENCAPSULATE_DECAPSULATE'],
    ] as const) {
      await refusedInput(
        { KeySpec, KeyUsage },
        'ValidationException',
        `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`,
      );
    }
  });

  it('rejects inputs that do not fit the origin', async () => {
    await refusedInput(
      { Origin: 'AWS_CLOUDHSM' },
      'ValidationException',
      'CustomKeyStoreId is required when the Origin is AWS_CLOUDHSM.',
    );
    await refusedInput(
      { CustomKeyStoreId: 'cks-1234' },
      'ValidationException',
      /^CustomKeyStoreId is valid only when/,
    );
    await refusedInput(
      { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1234567890abcdef0' },
      'CustomKeyStoreNotFoundException',
    );
    const store = { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1234567890abcdef0' } as const;
    await refusedInput({ ...store, MultiRegion: true }, 'UnsupportedOperationException');
    await refusedInput(
      { ...store, KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      'UnsupportedOperationException',
    );
    await refusedInput(
      { XksKeyId: 'key-1' },
      'ValidationException',
      'XksKeyId is valid only when the Origin is EXTERNAL_KEY_STORE.',
    );
    await refusedInput(
      { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: 'cks-1234', XksKeyId: 'key-1' },
      'UnsupportedOperationException',
    );
  });

  it('stores tags, and rejects invalid ones', async () => {
    const Tags = [
      { TagKey: 'Team', TagValue: '' },
      { TagKey: 'team', TagValue: 'ledger' },
    ];
    const { KeyId } = await make({ Tags });
    assert.deepEqual((await world.kms.send(new ListResourceTagsCommand({ KeyId }))).Tags, Tags);
    const tag = (TagKey: string) => ({ TagKey, TagValue: 'x' });
    await refusedInput({ Tags: [tag('a'), tag('a')] }, 'TagException', 'Duplicate tag keys');
    await refusedInput(
      { Tags: [tag('AWS:a')] },
      'TagException',
      'Tags beginning with aws: are reserved',
    );
    await refusedInput(
      { Tags: Array.from({ length: 51 }, (_, at) => tag(`tag${at}`)) },
      'TagException',
      'Too many tags',
    );
    await refusedInput(
      { Tags: [{ TagKey: '', TagValue: 'x' }] },
      'ValidationException',
      /Value '' at 'tags.1.member.tagKey'/,
    );
  });

  it('rejects policies that are malformed, lock the caller out, or are too long', async () => {
    const statement = (more: object) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Resource: '*', ...more }],
      });
    await refusedInput({ Policy: '{' }, 'MalformedPolicyDocumentException');
    const shutOut = statement({ Principal: { AWS: ROOT }, Action: 'kms:Describe*' });
    await refusedInput(
      { Policy: shutOut },
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
    const { KeyId } = await make({ Policy: shutOut, BypassPolicyLockoutSafetyCheck: true });
    await refused(
      world.kms.send(new PutKeyPolicyCommand({ KeyId, Policy: shutOut })),
      'AccessDeniedException',
    );
    const long = statement({ Principal: { AWS: ROOT }, Action: 'kms:*', Sid: 'a'.repeat(32_768) });
    await refusedInput({ Policy: long }, 'LimitExceededException');
  });

  it('stops at the quota of keys per Region', async () => {
    for (;;) {
      const { Keys = [] } = await world.kms.send(new ListKeysCommand({ Limit: 1000 }));
      if (Keys.length === 90) break;
      await make({ Origin: 'EXTERNAL' });
    }
    await refusedInput({}, 'LimitExceededException');
    await refusedInput({ Origin: 'EXTERNAL' }, 'LimitExceededException');
    assert.ok(await world.kmsIn('eu-west-1').send(new CreateKeyCommand({ Origin: 'EXTERNAL' })));
  });
});

describe('a key ID', () => {
  it('must be valid and exist', async () => {
    for (const KeyId of [
      'nonsense',
      '1234abcd12ab34cd56ef1234567890ab',
      'mrk-1234',
      'MRK-1234abcd12ab34cd56ef1234567890ab',
    ]) {
      await refused(
        world.kms.send(new DescribeKeyCommand({ KeyId })),
        'NotFoundException',
        `Invalid keyId '${KeyId}'`,
      );
    }
    const KeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
    const arn = `arn:aws:kms:us-east-1:111122223333:key/${KeyId}`;
    await refused(
      world.kms.send(new DescribeKeyCommand({ KeyId })),
      'NotFoundException',
      `Key '${arn}' does not exist`,
    );
    await refused(
      world.kms.send(new DescribeKeyCommand({ KeyId: arn.replace('us-east-1', 'eu-west-1') })),
      'NotFoundException',
      'Invalid arn eu-west-1',
    );
    for (const no of ['arn:aws:s3:::bucket', 'arn:aws:kms:us-east-1:1234:key/x', 'arn:']) {
      await refused(
        world.kms.send(new DescribeKeyCommand({ KeyId: no })),
        'InvalidArnException',
        `Invalid arn ${no}`,
      );
    }
    await refused(
      world.kms.send(new EncryptCommand({ KeyId: 'alias/none', Plaintext: Buffer.from('x') })),
      'NotFoundException',
      'Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found.',
    );
  });
});

describe('key policies', () => {
  it('have the only name default', async () => {
    const { Keys = [] } = await world.kms.send(new ListKeysCommand({ Limit: 1 }));
    const KeyId = Keys[0]?.KeyId;
    const { $metadata: _, ...listed } = await world.kms.send(new ListKeyPoliciesCommand({ KeyId }));
    assert.deepEqual(listed, { PolicyNames: ['default'], Truncated: false });
    assert.equal(
      (await world.kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).PolicyName,
      'default',
    );
    await refused(
      world.kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'other' })),
      'NotFoundException',
      'No such policy exists: other',
    );
  });
});
