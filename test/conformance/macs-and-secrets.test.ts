/**
 * GenerateMac, VerifyMac, DeriveSharedSecret, Encapsulate and Decapsulate. Secrets are compared
 * with node:crypto and openssl.
 */
import assert from 'node:assert/strict';
import {
  createPublicKey,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DecapsulateCommand,
  DeriveSharedSecretCommand,
  DescribeKeyCommand,
  EncapsulateCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  VerifyMacCommand,
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

async function publicKeyOf(KeyId: string): Promise<Buffer> {
  return Buffer.from((await kms.send(new GetPublicKeyCommand({ KeyId }))).PublicKey ?? []);
}

describe('HMAC keys', () => {
  for (const bits of [224, 256, 384, 512] as const) {
    it(`HMAC_${bits} generate a MAC as long as the hash, and reject any other MAC or message`, async () => {
      const { id, arn } = await makeKey({
        KeySpec: `HMAC_${bits}`,
        KeyUsage: 'GENERATE_VERIFY_MAC',
      });
      const request = {
        KeyId: id,
        Message: randomBytes(4096),
        MacAlgorithm: `HMAC_SHA_${bits}`,
      } as const;
      const {
        Mac = Buffer.alloc(0),
        MacAlgorithm,
        KeyId,
      } = await kms.send(new GenerateMacCommand(request));
      assert.deepEqual([Mac.length, MacAlgorithm, KeyId], [bits / 8, request.MacAlgorithm, arn]);
      const good = await kms.send(new VerifyMacCommand({ ...request, Mac }));
      assert.deepEqual([good.MacValid, good.KeyId], [true, arn]);
      for (const wrong of [Mac.subarray(1), Buffer.alloc(bits / 8), Buffer.of(1)]) {
        await refused(
          kms.send(new VerifyMacCommand({ ...request, Mac: wrong })),
          'KMSInvalidMacException',
          /^(?:UnknownError)?$/,
        );
      }
      const changed = { ...request, Message: Buffer.from('other'), Mac };
      await refused(kms.send(new VerifyMacCommand(changed)), 'KMSInvalidMacException');
      await refused(
        kms.send(new GenerateMacCommand({ ...request, DryRun: true })),
        'DryRunOperationException',
      );
    });
  }

  it('accept only their own algorithm, and have no public key', async () => {
    const { id, arn } = await makeKey({ KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await refused(
      kms.send(
        new GenerateMacCommand({ KeyId: id, Message: Buffer.of(1), MacAlgorithm: 'HMAC_SHA_256' }),
      ),
      'InvalidKeyUsageException',
      'Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.',
    );
    await refused(
      kms.send(new GetPublicKeyCommand({ KeyId: id })),
      'UnsupportedOperationException',
    );
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: arn }));
    assert.deepEqual(
      [KeyMetadata?.MacAlgorithms, KeyMetadata?.KeyUsage],
      [['HMAC_SHA_224'], 'GENERATE_VERIFY_MAC'],
    );
  });
});

describe('key agreement', () => {
  for (const [spec, namedCurve] of [
    ['ECC_NIST_P256', 'P-256'],
    ['ECC_NIST_P384', 'P-384'],
    ['ECC_NIST_P521', 'P-521'],
  ] as const) {
    it(`with ${spec} gives both sides the same secret`, async (test) => {
      const { id, arn } = await makeKey({ KeySpec: spec, KeyUsage: 'KEY_AGREEMENT' });
      const ours = await publicKeyOf(id);
      const peer = generateKeyPairSync('ec', { namedCurve });
      const PublicKey = peer.publicKey.export({ format: 'der', type: 'spki' });
      const answer = await kms.send(
        new DeriveSharedSecretCommand({ KeyId: id, KeyAgreementAlgorithm: 'ECDH', PublicKey }),
      );
      const publicKey = createPublicKey({ key: ours, format: 'der', type: 'spki' });
      const secret = diffieHellman({ privateKey: peer.privateKey, publicKey });
      assert.deepEqual(Buffer.from(answer.SharedSecret ?? []), secret);
      assert.deepEqual(
        [answer.KeyId, answer.KeyAgreementAlgorithm, answer.KeyOrigin],
        [arn, 'ECDH', 'AWS_KMS'],
      );
      if (withoutOpenssl !== false) return test.diagnostic(withoutOpenssl);
      const command = ['pkeyutl', '-derive', '-inkey', '@own', '-peerkey', '@peer'];
      const pem = {
        own: peer.privateKey.export({ format: 'pem', type: 'pkcs8' }),
        peer: publicKey.export({ format: 'pem', type: 'spki' }),
      };
      assert.deepEqual(
        openssl(command, { own: Buffer.from(pem.own), peer: Buffer.from(pem.peer) }),
        secret,
      );
    });
  }

  it('rejects a public key of another curve or format, without an error message', async () => {
    const { id } = await makeKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
      format: 'der',
      type: 'spki',
    });
    const request = { KeyId: id, KeyAgreementAlgorithm: 'ECDH' } as const;
    for (const PublicKey of [foreign, randomBytes(91)]) {
      await refused(
        kms.send(new DeriveSharedSecretCommand({ ...request, PublicKey })),
        'ValidationException',
        /^(?:UnknownError)?$/,
      );
    }
    await refused(
      kms.send(new DeriveSharedSecretCommand({ ...request, PublicKey: foreign, DryRun: true })),
      'DryRunOperationException',
    );
  });

  it('requires a key with the usage KEY_AGREEMENT', async () => {
    const { id, arn } = await makeKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    await refused(
      kms.send(
        new DeriveSharedSecretCommand({
          KeyId: id,
          KeyAgreementAlgorithm: 'ECDH',
          PublicKey: Buffer.of(1),
        }),
      ),
      'InvalidKeyUsageException',
      `${arn} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret.`,
    );
    const wrong = { KeySpec: 'RSA_2048', KeyUsage: 'KEY_AGREEMENT' } as const;
    const text = 'KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048';
    await refused(kms.send(new CreateKeyCommand(wrong)), 'ValidationException', text);
  });
});

describe('key encapsulation', () => {
  for (const set of [512, 768, 1024] as const) {
    it(`with ML_KEM_${set} gives both sides the same secret`, async () => {
      const { id, arn } = await makeKey({
        KeySpec: `ML_KEM_${set}`,
        KeyUsage: 'ENCAPSULATE_DECAPSULATE',
      });
      const request = { KeyId: id, EncapsulationAlgorithm: 'ML_KEM' } as const;
      const made = await kms.send(new EncapsulateCommand(request));
      assert.deepEqual(
        [made.KeyId, made.EncapsulationAlgorithm, made.SharedSecret?.length],
        [arn, 'ML_KEM', 32],
      );
      const blob = { SharedSecretCiphertextBlob: made.SharedSecretCiphertextBlob };
      const found = await kms.send(new DecapsulateCommand({ ...request, ...blob }));
      assert.deepEqual([found.KeyId, found.SharedSecret], [arn, made.SharedSecret]);
      const publicKey = createPublicKey({
        key: await publicKeyOf(id),
        format: 'der',
        type: 'spki',
      });
      const { sharedKey, ciphertext } = encapsulate(publicKey);
      const { SharedSecret = [] } = await kms.send(
        new DecapsulateCommand({ ...request, SharedSecretCiphertextBlob: ciphertext }),
      );
      assert.deepEqual(
        Buffer.from(SharedSecret),
        Buffer.from(sharedKey),
        'the secret that node:crypto encapsulated',
      );
      const short = { ...request, SharedSecretCiphertextBlob: ciphertext.subarray(1) };
      await refused(kms.send(new DecapsulateCommand(short)), 'InvalidCiphertextException');
      await refused(
        kms.send(new EncapsulateCommand({ ...request, DryRun: true })),
        'DryRunOperationException',
      );
    });
  }
});
