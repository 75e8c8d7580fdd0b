/** Sign, Verify and GetPublicKey. Signatures are also verified with node:crypto and openssl. */
import assert from 'node:assert/strict';
import { constants, createPublicKey, hash, sign, generateKeyPairSync, verify } from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetPublicKeyCommand,
  ReplicateKeyCommand,
  SignCommand,
  VerifyCommand,
  type KeySpec,
  type MessageType,
  type SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import { openssl, withoutOpenssl } from '../support/openssl.ts';
import { refused } from '../support/refused.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
after(() => world[Symbol.asyncDispose]());
const { kms } = world;

const message = Buffer.from('the message that is signed');
const hashOf = (algorithm: string): string => `sha${/(\d+)$/.exec(algorithm)?.[1] ?? ''}`;

async function makeKey(spec: KeySpec): Promise<{ readonly id: string; readonly arn: string }> {
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY' }),
  );
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

async function publicKeyOf(KeyId: string): Promise<Buffer> {
  const { PublicKey = Buffer.alloc(0) } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  return Buffer.from(PublicKey);
}

const rsa = ['PKCS1_V1_5', 'PSS'].flatMap((scheme) =>
  [256, 384, 512].map((bits) => `RSASSA_${scheme}_SHA_${bits}` as SigningAlgorithmSpec),
);
const specs: readonly (readonly [KeySpec, readonly SigningAlgorithmSpec[]])[] = [
  ['RSA_2048', rsa],
  ['ECC_NIST_P256', ['ECDSA_SHA_256']],
  ['ECC_NIST_P384', ['ECDSA_SHA_384']],
  ['ECC_NIST_P521', ['ECDSA_SHA_512']],
  ['ECC_SECG_P256K1', ['ECDSA_SHA_256']],
];

for (const [spec, algorithms] of specs) {
  describe(spec, async () => {
    const key = await makeKey(spec);
    const spki = await publicKeyOf(key.id);
    for (const algorithm of algorithms) {
      it(`signs a message and its digest with ${algorithm}; node:crypto and openssl verify both`, async (test) => {
        const name = hashOf(algorithm);
        const digest = hash(name, message, 'buffer');
        const options = algorithm.includes('PSS')
          ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: digest.length }
          : {};
        for (const [MessageType, Message] of [
          ['RAW', message],
          ['DIGEST', digest],
        ] as const) {
          const request = { KeyId: key.id, Message, MessageType, SigningAlgorithm: algorithm };
          const { Signature = Buffer.alloc(0), KeyId } = await kms.send(new SignCommand(request));
          assert.equal(KeyId, key.arn);
          const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
          assert.ok(
            verify(name, message, { key: publicKey, ...options }, Signature),
            'node:crypto',
          );
          const flags =
            'padding' in options
              ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest']
              : [];
          const files = { key: spki, message, signature: Signature };
          if (withoutOpenssl !== false) test.diagnostic(withoutOpenssl);
          else
            openssl(
              [
                'dgst',
                `-${name}`,
                '-verify',
                '@key',
                '-keyform',
                'DER',
                ...flags,
                '-signature',
                '@signature',
                '@message',
              ],
              files,
            );
          const answer = await kms.send(new VerifyCommand({ ...request, Signature }));
          assert.deepEqual(
            [answer.SignatureValid, answer.SigningAlgorithm, answer.KeyId],
            [true, algorithm, key.arn],
          );
        }
      });
    }

    it('rejects a signature of another message, without an error message', async () => {
      const [SigningAlgorithm = 'ECDSA_SHA_256'] = algorithms;
      const request = { KeyId: key.id, Message: message, SigningAlgorithm };
      const { Signature = Buffer.alloc(0) } = await kms.send(
        new SignCommand({ ...request, Message: Buffer.from('another') }),
      );
      await refused(
        kms.send(new VerifyCommand({ ...request, Signature })),
        'KMSInvalidSignatureException',
        /^(?:UnknownError)?$/,
      );
    });
  });
}

describe('larger RSA keys', () => {
  for (const [spec, bytes, algorithm] of [
    ['RSA_3072', 384, 'RSASSA_PSS_SHA_384'],
    ['RSA_4096', 512, 'RSASSA_PKCS1_V1_5_SHA_512'],
  ] as const) {
    it(`${spec} produce signatures of ${bytes} bytes`, async () => {
      const key = await makeKey(spec);
      const request = { KeyId: key.id, Message: message, SigningAlgorithm: algorithm } as const;
      const { Signature = Buffer.alloc(0) } = await kms.send(new SignCommand(request));
      assert.equal(Signature.length, bytes);
      assert.equal(
        (await kms.send(new VerifyCommand({ ...request, Signature }))).SignatureValid,
        true,
      );
      const publicKey = createPublicKey({
        key: await publicKeyOf(key.id),
        format: 'der',
        type: 'spki',
      });
      assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, bytes * 8);
    });
  }
});

describe('related multi-Region keys', () => {
  it('share one key pair', async () => {
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({
        KeySpec: 'ECC_NIST_P384',
        KeyUsage: 'SIGN_VERIFY',
        MultiRegion: true,
      }),
    );
    const KeyId = KeyMetadata?.KeyId ?? '';
    await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }));
    const there = world.kmsIn('eu-west-1');
    await until(
      'the replica is enabled',
      async () =>
        (await there.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState === 'Enabled',
    );
    const request = { KeyId, Message: message, SigningAlgorithm: 'ECDSA_SHA_384' } as const;
    const { Signature = Buffer.alloc(0) } = await there.send(new SignCommand(request));
    assert.equal(
      (await kms.send(new VerifyCommand({ ...request, Signature }))).SignatureValid,
      true,
    );
    const { PublicKey = [] } = await there.send(new GetPublicKeyCommand({ KeyId }));
    assert.deepEqual(Buffer.from(PublicKey), await publicKeyOf(KeyId));
  });
});

describe('ECC_NIST_EDWARDS25519', async () => {
  const key = await makeKey('ECC_NIST_EDWARDS25519');
  const publicKey = createPublicKey({
    key: await publicKeyOf(key.id),
    format: 'der',
    type: 'spki',
  });

  it('signs messages with Ed25519; node:crypto verifies them', async () => {
    const request = {
      KeyId: key.id,
      Message: message,
      SigningAlgorithm: 'ED25519_SHA_512',
    } as const;
    const { Signature = Buffer.alloc(0) } = await kms.send(new SignCommand(request));
    assert.ok(verify(undefined, message, publicKey, Signature));
    assert.equal(
      (await kms.send(new VerifyCommand({ ...request, Signature }))).SignatureValid,
      true,
    );
  });

  it('signs digests with Ed25519ph, which Ed25519 does not accept', async () => {
    const Message = hash('sha512', message, 'buffer');
    const request = {
      KeyId: key.id,
      Message,
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ED25519_PH_SHA_512',
    } as const;
    const { Signature = Buffer.alloc(0) } = await kms.send(new SignCommand(request));
    assert.equal(
      (await kms.send(new VerifyCommand({ ...request, Signature }))).SignatureValid,
      true,
    );
    assert.equal(verify(undefined, Message, publicKey, Signature), false);
    const raw = {
      KeyId: key.id,
      Message,
      MessageType: 'RAW',
      SigningAlgorithm: 'ED25519_SHA_512',
      Signature,
    } as const;
    await refused(kms.send(new VerifyCommand(raw)), 'KMSInvalidSignatureException');
  });

  it('rejects digests for Ed25519 and messages for Ed25519ph', async () => {
    const wrong: readonly (readonly [SigningAlgorithmSpec, MessageType])[] = [
      ['ED25519_SHA_512', 'DIGEST'],
      ['ED25519_PH_SHA_512', 'RAW'],
    ];
    for (const [SigningAlgorithm, MessageType] of wrong) {
      const request = new SignCommand({
        KeyId: key.id,
        Message: Buffer.alloc(64),
        MessageType,
        SigningAlgorithm,
      });
      await refused(
        kms.send(request),
        'ValidationException',
        new RegExp(`MessageType ${MessageType} is not supported`),
      );
    }
  });
});

describe('SM2', { skip: withoutOpenssl }, async () => {
  const key = await makeKey('SM2');
  const spki = await publicKeyOf(key.id);

  it('signs messages with the default distinguishing ID, which openssl verifies, and digests', async () => {
    const request = { KeyId: key.id, Message: message, SigningAlgorithm: 'SM2DSA' } as const;
    const { Signature = Buffer.alloc(0) } = await kms.send(new SignCommand(request));
    const command = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-keyform',
      'DER',
      '-inkey',
      '@key',
      '-in',
      '@message',
      '-sigfile',
      '@signature',
    ];
    const identity = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
    assert.match(
      openssl([...command, ...identity], { key: spki, message, signature: Signature }).toString(),
      /Verified Successfully/,
    );
    assert.equal(
      (await kms.send(new VerifyCommand({ ...request, Signature }))).SignatureValid,
      true,
    );
    const digest = { ...request, Message: Buffer.alloc(32, 1), MessageType: 'DIGEST' } as const;
    const signed = await kms.send(new SignCommand(digest));
    assert.equal(
      (await kms.send(new VerifyCommand({ ...digest, Signature: signed.Signature })))
        .SignatureValid,
      true,
    );
  });
});

for (const set of [44, 65, 87] as const) {
  describe(`ML_DSA_${set}`, async () => {
    const key = await makeKey(`ML_DSA_${set}`);
    const publicKey = createPublicKey({
      key: await publicKeyOf(key.id),
      format: 'der',
      type: 'spki',
    });
    const SigningAlgorithm = 'ML_DSA_SHAKE_256';

    it('signs messages and external µ; node:crypto verifies both', async () => {
      // FIPS 204, algorithm 7, lines 1 and 6, for an empty context.
      const shake = (data: Uint8Array): Buffer =>
        hash('shake256', data, { outputEncoding: 'buffer', outputLength: 64 });
      const mu = shake(
        Buffer.concat([
          shake(publicKey.export({ format: 'raw-public' })),
          Buffer.of(0, 0),
          message,
        ]),
      );
      for (const [MessageType, Message] of [
        ['RAW', message],
        ['EXTERNAL_MU', mu],
      ] as const) {
        const request = { KeyId: key.id, Message, MessageType, SigningAlgorithm } as const;
        const { Signature = Buffer.alloc(0) } = await kms.send(new SignCommand(request));
        assert.ok(verify(undefined, message, publicKey, Signature), 'node:crypto');
        assert.equal(
          (await kms.send(new VerifyCommand({ ...request, Signature }))).SignatureValid,
          true,
        );
      }
    });

    it('rejects digests', async () => {
      const request = {
        KeyId: key.id,
        Message: Buffer.alloc(64),
        MessageType: 'DIGEST',
        SigningAlgorithm,
      } as const;
      await refused(
        kms.send(new SignCommand(request)),
        'ValidationException',
        /MessageType DIGEST is not supported/,
      );
    });
  });
}

describe('signing and verifying', async () => {
  const key = await makeKey('ECC_NIST_P256');
  const request = { KeyId: key.id, Message: message, SigningAlgorithm: 'ECDSA_SHA_256' } as const;

  it('rejects a digest whose length differs from the algorithm’s hash', async () => {
    await refused(
      kms.send(new SignCommand({ ...request, MessageType: 'DIGEST' })),
      'ValidationException',
      'Digest is invalid length for algorithm ECDSA_SHA_256.',
    );
  });

  it('rejects an algorithm of another key spec', async () => {
    await refused(
      kms.send(new SignCommand({ ...request, SigningAlgorithm: 'RSASSA_PSS_SHA_256' })),
      'InvalidKeyUsageException',
      'Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec ECC_NIST_P256.',
    );
  });

  it('rejects a key with another usage', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await refused(
      kms.send(new SignCommand({ ...request, KeyId: KeyMetadata?.KeyId })),
      'InvalidKeyUsageException',
      `${KeyMetadata?.Arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
    );
    await refused(
      kms.send(new GetPublicKeyCommand({ KeyId: KeyMetadata?.KeyId })),
      'UnsupportedOperationException',
    );
  });

  it('ends with DryRunOperationException in a dry run', async () => {
    await refused(
      kms.send(new SignCommand({ ...request, DryRun: true })),
      'DryRunOperationException',
    );
    await refused(
      kms.send(new VerifyCommand({ ...request, Signature: Buffer.of(1), DryRun: true })),
      'DryRunOperationException',
    );
  });

  it('rejects a signature by another key', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const Signature = sign('sha256', message, other.privateKey);
    await refused(
      kms.send(new VerifyCommand({ ...request, Signature })),
      'KMSInvalidSignatureException',
    );
  });
});
