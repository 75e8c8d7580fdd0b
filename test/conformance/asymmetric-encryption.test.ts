/**
 * Encrypt, Decrypt and ReEncrypt with asymmetric keys, and data key pairs, compared with
 * node:crypto and openssl.
 */
import assert from 'node:assert/strict';
import { constants, createPrivateKey, createPublicKey, publicEncrypt } from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DataKeyPairSpec,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyPairCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GetPublicKeyCommand,
  ReEncryptCommand,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';
import { openssl, withoutOpenssl } from '../support/openssl.ts';
import { refused } from '../support/refused.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
after(() => world[Symbol.asyncDispose]());
const { kms } = world;

async function makeKey(
  input: CreateKeyCommandInput,
): Promise<{ readonly id: string; readonly arn: string }> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

const rsa = await makeKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
const symmetric = await makeKey({});
const { PublicKey = Buffer.alloc(0), EncryptionAlgorithms } = await kms.send(
  new GetPublicKeyCommand({ KeyId: rsa.id }),
);
const spki = Buffer.from(PublicKey);
const text = Buffer.from('a plaintext');

const algorithms = [
  ['RSAES_OAEP_SHA_1', 'sha1', 214],
  ['RSAES_OAEP_SHA_256', 'sha256', 190],
] as const;

describe('RSA keys', () => {
  it('list their encryption algorithms', () =>
    assert.deepEqual(EncryptionAlgorithms, ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256']));

  for (const [EncryptionAlgorithm, oaepHash, longest] of algorithms) {
    it(`encrypt and decrypt with ${EncryptionAlgorithm}, with a ciphertext as long as the modulus`, async () => {
      const request = { KeyId: rsa.id, EncryptionAlgorithm };
      const made = await kms.send(new EncryptCommand({ ...request, Plaintext: text }));
      assert.deepEqual(
        [made.CiphertextBlob?.length, made.KeyId, made.EncryptionAlgorithm],
        [256, rsa.arn, EncryptionAlgorithm],
      );
      const read = await kms.send(
        new DecryptCommand({ ...request, CiphertextBlob: made.CiphertextBlob }),
      );
      assert.deepEqual(
        [Buffer.from(read.Plaintext ?? []), read.KeyId, read.KeyMaterialId],
        [text, rsa.arn, undefined],
      );
    });

    it(`decrypt what node:crypto and openssl encrypted with ${EncryptionAlgorithm}`, async (test) => {
      const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
      const foreign: Uint8Array[] = [
        publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, text),
      ];
      const options = [
        'rsa_padding_mode:oaep',
        `rsa_oaep_md:${oaepHash}`,
        `rsa_mgf1_md:${oaepHash}`,
      ].flatMap((one) => ['-pkeyopt', one]);
      const command = [
        'pkeyutl',
        '-encrypt',
        '-pubin',
        '-keyform',
        'DER',
        '-inkey',
        '@key',
        '-in',
        '@text',
        ...options,
      ];
      if (withoutOpenssl !== false) test.diagnostic(withoutOpenssl);
      else foreign.push(openssl(command, { key: spki, text }));
      for (const CiphertextBlob of foreign) {
        const { Plaintext = [] } = await kms.send(
          new DecryptCommand({ KeyId: rsa.id, EncryptionAlgorithm, CiphertextBlob }),
        );
        assert.deepEqual(Buffer.from(Plaintext), text);
      }
    });

    it(`encrypt at most ${longest} bytes with ${EncryptionAlgorithm}`, async () => {
      const request = { KeyId: rsa.id, EncryptionAlgorithm };
      await kms.send(new EncryptCommand({ ...request, Plaintext: Buffer.alloc(longest) }));
      await refused(
        kms.send(new EncryptCommand({ ...request, Plaintext: Buffer.alloc(longest + 1) })),
        'ValidationException',
        `Algorithm ${EncryptionAlgorithm} and key spec RSA_2048 cannot encrypt data larger than ${longest} bytes.`,
      );
    });
  }

  it('require an encryption algorithm, and reject an encryption context', async () => {
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({
        KeyId: rsa.id,
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
        Plaintext: text,
      }),
    );
    const incompatible = 'Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.';
    await refused(
      kms.send(new DecryptCommand({ KeyId: rsa.id, CiphertextBlob })),
      'InvalidKeyUsageException',
      incompatible,
    );
    await refused(
      kms.send(new EncryptCommand({ KeyId: rsa.id, Plaintext: text })),
      'InvalidKeyUsageException',
      incompatible,
    );
    const context = {
      KeyId: rsa.id,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      Plaintext: text,
      EncryptionContext: { a: 'b' },
    } as const;
    await refused(kms.send(new EncryptCommand(context)), 'ValidationException');
  });

  it('reject corrupt ciphertexts and those of another algorithm, without an error message', async () => {
    const request = { KeyId: rsa.id, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const;
    const { CiphertextBlob = Buffer.alloc(0) } = await kms.send(
      new EncryptCommand({ ...request, Plaintext: text }),
    );
    const changed = Buffer.from(CiphertextBlob);
    changed[100] = (changed[100] ?? 0) ^ 1;
    for (const blob of [changed, changed.subarray(1), Buffer.alloc(256, 0xff), Buffer.of(1)]) {
      await refused(
        kms.send(new DecryptCommand({ ...request, CiphertextBlob: blob })),
        'InvalidCiphertextException',
        /^(?:UnknownError)?$/,
      );
    }
    const other = {
      KeyId: rsa.id,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      CiphertextBlob,
    } as const;
    await refused(kms.send(new DecryptCommand(other)), 'InvalidCiphertextException');
  });

  it('support ReEncrypt from and to symmetric keys', async () => {
    const algorithm = 'RSAES_OAEP_SHA_256';
    const first = await kms.send(
      new EncryptCommand({ KeyId: rsa.id, EncryptionAlgorithm: algorithm, Plaintext: text }),
    );
    const second = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: first.CiphertextBlob,
        SourceKeyId: rsa.id,
        SourceEncryptionAlgorithm: algorithm,
        DestinationKeyId: symmetric.id,
        DestinationEncryptionContext: { to: 'symmetric' },
      }),
    );
    assert.deepEqual(
      [
        second.SourceKeyId,
        second.KeyId,
        second.SourceEncryptionAlgorithm,
        second.DestinationEncryptionAlgorithm,
        second.SourceKeyMaterialId,
      ],
      [rsa.arn, symmetric.arn, algorithm, 'SYMMETRIC_DEFAULT', undefined],
    );
    assert.match(second.DestinationKeyMaterialId ?? '', /^[0-9a-f]{64}$/);
    const third = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: second.CiphertextBlob,
        SourceEncryptionContext: { to: 'symmetric' },
        DestinationKeyId: rsa.id,
        DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      }),
    );
    const request = {
      KeyId: rsa.id,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      CiphertextBlob: third.CiphertextBlob,
    } as const;
    assert.deepEqual(
      Buffer.from((await kms.send(new DecryptCommand(request))).Plaintext ?? []),
      text,
    );
  });
});

describe('an SM2 key', () => {
  it(
    'decrypts what openssl encrypted, and what it encrypted itself',
    { skip: withoutOpenssl },
    async () => {
      const { id } = await makeKey({ KeySpec: 'SM2', KeyUsage: 'ENCRYPT_DECRYPT' });
      const request = { KeyId: id, EncryptionAlgorithm: 'SM2PKE' } as const;
      const own = await kms.send(new GetPublicKeyCommand({ KeyId: id }));
      const command = [
        'pkeyutl',
        '-encrypt',
        '-pubin',
        '-keyform',
        'DER',
        '-inkey',
        '@key',
        '-in',
        '@text',
      ];
      const foreign = openssl(command, { key: own.PublicKey ?? Buffer.alloc(0), text });
      assert.deepEqual(
        Buffer.from(
          (await kms.send(new DecryptCommand({ ...request, CiphertextBlob: foreign }))).Plaintext ??
            [],
        ),
        text,
      );
      const { CiphertextBlob } = await kms.send(
        new EncryptCommand({ ...request, Plaintext: text }),
      );
      assert.deepEqual(
        Buffer.from(
          (await kms.send(new DecryptCommand({ ...request, CiphertextBlob }))).Plaintext ?? [],
        ),
        text,
      );
      await refused(
        kms.send(new EncryptCommand({ ...request, Plaintext: Buffer.alloc(1025) })),
        'ValidationException',
        'Algorithm SM2PKE and key spec SM2 cannot encrypt data larger than 1024 bytes.',
      );
    },
  );
});

describe('data key pairs', () => {
  const specs = Object.values(DataKeyPairSpec).filter(
    (spec) => spec !== 'RSA_3072' && spec !== 'RSA_4096',
  );
  for (const KeyPairSpec of specs) {
    it(`with ${KeyPairSpec} have matching halves, and a ciphertext that decrypts to the private key`, async () => {
      const EncryptionContext = { pair: KeyPairSpec };
      const made = await kms.send(
        new GenerateDataKeyPairCommand({ KeyId: symmetric.id, KeyPairSpec, EncryptionContext }),
      );
      assert.deepEqual([made.KeyId, made.KeyPairSpec], [symmetric.arn, KeyPairSpec]);
      assert.match(made.KeyMaterialId ?? '', /^[0-9a-f]{64}$/);
      const privateKey = Buffer.from(made.PrivateKeyPlaintext ?? []);
      const key = createPublicKey(
        createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }),
      );
      assert.deepEqual(
        key.export({ format: 'der', type: 'spki' }),
        Buffer.from(made.PublicKey ?? []),
      );
      const blob = { CiphertextBlob: made.PrivateKeyCiphertextBlob };
      const { Plaintext = [] } = await kms.send(new DecryptCommand({ ...blob, EncryptionContext }));
      assert.deepEqual(Buffer.from(Plaintext), privateKey);
      await refused(kms.send(new DecryptCommand(blob)), 'InvalidCiphertextException');
    });
  }

  it('can be generated without the plaintext of the private key', async () => {
    const request = { KeyId: symmetric.id, KeyPairSpec: 'ECC_NIST_P256' } as const;
    const made = await kms.send(new GenerateDataKeyPairWithoutPlaintextCommand(request));
    assert.ok(!('PrivateKeyPlaintext' in made));
    const { Plaintext = [] } = await kms.send(
      new DecryptCommand({ CiphertextBlob: made.PrivateKeyCiphertextBlob }),
    );
    const key = createPublicKey(
      createPrivateKey({ key: Buffer.from(Plaintext), format: 'der', type: 'pkcs8' }),
    );
    assert.deepEqual(
      key.export({ format: 'der', type: 'spki' }),
      Buffer.from(made.PublicKey ?? []),
    );
  });

  it('are generated under symmetric keys only, and not in a dry run', async () => {
    const request = { KeyId: rsa.id, KeyPairSpec: 'ECC_NIST_P256' } as const;
    await refused(kms.send(new GenerateDataKeyPairCommand(request)), 'InvalidKeyUsageException');
    await refused(
      kms.send(new GenerateDataKeyPairCommand({ ...request, KeyId: symmetric.id, DryRun: true })),
      'DryRunOperationException',
    );
  });
});
