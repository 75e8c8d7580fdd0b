/**
 * Recipient: responses encrypted for attested enclaves. openssl decrypts them with the enclave's
 * key.
 */
import assert from 'node:assert/strict';
import { diffieHellman, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DecryptCommand,
  DeriveSharedSecretCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateRandomCommand,
  GetPublicKeyCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { makeEnclave } from '../support/enclave.ts';
import { openssl, withoutOpenssl } from '../support/openssl.ts';
import { refused } from '../support/refused.ts';
import { startWorld } from '../support/world.ts';

const enclave = await makeEnclave();
const folder = mkdtempSync(join(tmpdir(), 'keyhold-attestation-'));
const rootFile = join(folder, 'root.pem');
writeFileSync(rootFile, enclave.root);
const world = await startWorld(['--attestation-root', rootFile]);
after(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
const { kms } = world;
const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
const KeyId = KeyMetadata?.KeyId ?? '';

function recipient(document = enclave.document()) {
  return {
    Recipient: { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: document },
  } as const;
}

function opened(ciphertextForRecipient: Uint8Array | undefined): Buffer {
  const files = { key: enclave.privateKey, envelope: ciphertextForRecipient ?? Buffer.alloc(0) };
  return openssl(
    [
      'cms',
      '-decrypt',
      '-binary',
      '-inform',
      'DER',
      '-in',
      '@envelope',
      '-inkey',
      '@key',
      '-keyform',
      'DER',
    ],
    files,
  );
}

describe('a response for a recipient', { skip: withoutOpenssl }, () => {
  const text = Buffer.from('for the enclave only');

  it('of Decrypt contains the plaintext only for the enclave, and the document is in the audit trail', async () => {
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: text }));
    const answer = await kms.send(new DecryptCommand({ CiphertextBlob, ...recipient() }));
    assert.deepEqual([answer.Plaintext, answer.KeyMaterialId], [undefined, undefined]);
    assert.deepEqual(opened(answer.CiphertextForRecipient), text);
    const trail = readFileSync(join(world.data, 'audit/trail.ndjson'), 'utf8');
    const event = trail.split('\n').findLast((line) => line.includes('"Decrypt"')) ?? '';
    assert.match(
      event,
      /"recipient":\{"attestationDocumentModuleId":"i-0123456789abcdef0-enc0123456789abcdef"/,
    );
    assert.match(event, new RegExp(`"attestationDocumentEnclaveImageDigest":"${'a0'.repeat(48)}"`));
  });

  it('of GenerateDataKey contains the data key only for the enclave', async () => {
    const answer = await kms.send(
      new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', ...recipient() }),
    );
    assert.equal(answer.Plaintext, undefined);
    const { Plaintext = [] } = await kms.send(
      new DecryptCommand({ CiphertextBlob: answer.CiphertextBlob }),
    );
    assert.deepEqual(opened(answer.CiphertextForRecipient), Buffer.from(Plaintext));
  });

  it('of GenerateDataKeyPair contains the private key only for the enclave', async () => {
    const answer = await kms.send(
      new GenerateDataKeyPairCommand({ KeyId, KeyPairSpec: 'ECC_NIST_P256', ...recipient() }),
    );
    assert.equal(answer.PrivateKeyPlaintext, undefined);
    const { Plaintext = [] } = await kms.send(
      new DecryptCommand({ CiphertextBlob: answer.PrivateKeyCiphertextBlob }),
    );
    assert.deepEqual(opened(answer.CiphertextForRecipient), Buffer.from(Plaintext));
  });

  it('of GenerateRandom contains the bytes only for the enclave', async () => {
    const answer = await kms.send(
      new GenerateRandomCommand({ NumberOfBytes: 100, ...recipient() }),
    );
    assert.equal(answer.Plaintext, undefined);
    assert.equal(opened(answer.CiphertextForRecipient).length, 100);
  });

  it('of DeriveSharedSecret contains the secret only for the enclave', async () => {
    const made = await kms.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' }),
    );
    const agreementKey = made.KeyMetadata?.KeyId ?? '';
    const peer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const PublicKey = peer.publicKey.export({ format: 'der', type: 'spki' });
    const request = {
      KeyId: agreementKey,
      KeyAgreementAlgorithm: 'ECDH',
      PublicKey,
      ...recipient(),
    } as const;
    const answer = await kms.send(new DeriveSharedSecretCommand(request));
    assert.equal(answer.SharedSecret, undefined);
    const own = await kms.send(new GetPublicKeyCommand({ KeyId: agreementKey }));
    const publicKey = createPublicKey({
      key: Buffer.from(own.PublicKey ?? []),
      format: 'der',
      type: 'spki',
    });
    assert.deepEqual(
      opened(answer.CiphertextForRecipient),
      diffieHellman({ privateKey: peer.privateKey, publicKey }),
    );
  });
});

describe('an attestation document', () => {
  it('is rejected if it has another root, is malformed, or has no public key', async () => {
    const untrusted = await makeEnclave();
    for (const document of [
      untrusted.document(),
      Buffer.from('nonsense'),
      enclave.document({ publicKey: null }),
    ]) {
      await refused(
        kms.send(new GenerateRandomCommand({ NumberOfBytes: 32, ...recipient(document) })),
        'ValidationException',
        /attestation document/,
      );
    }
  });

  it('is rejected if no root is configured', async () => {
    await using bare = await startWorld();
    await refused(
      bare.kms.send(new GenerateRandomCommand({ NumberOfBytes: 32, ...recipient() })),
      'UnsupportedOperationException',
      /no root of attestation documents is configured/,
    );
  });
});

describe('policies', () => {
  it('can test the measurements in the document', async () => {
    const root = `arn:aws:iam::${KeyMetadata?.AWSAccountId ?? ''}:root`;
    const measured = {
      StringEqualsIgnoreCase: {
        'kms:RecipientAttestation:ImageSha384': 'A0'.repeat(48),
        'kms:RecipientAttestation:PCR3': '07'.repeat(48),
      },
    };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: root },
          NotAction: 'kms:GenerateDataKey',
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Principal: { AWS: root },
          Action: 'kms:GenerateDataKey',
          Resource: '*',
          Condition: measured,
        },
      ],
    });
    const made = await kms.send(new CreateKeyCommand({}));
    const guarded = { KeyId: made.KeyMetadata?.KeyId ?? '', KeySpec: 'AES_256' } as const;
    await kms.send(
      new PutKeyPolicyCommand({ KeyId: guarded.KeyId, PolicyName: 'default', Policy }),
    );
    await refused(kms.send(new GenerateDataKeyCommand(guarded)), 'AccessDeniedException');
    await refused(
      kms.send(new GenerateDataKeyCommand({ ...guarded, ...recipient() })),
      'AccessDeniedException',
    );
    const pcrs = new Map([
      [0, Buffer.alloc(48, 0xa0)],
      [3, Buffer.alloc(48, 7)],
    ]);
    const answer = await kms.send(
      new GenerateDataKeyCommand({ ...guarded, ...recipient(enclave.document({ pcrs })) }),
    );
    assert.ok(answer.CiphertextForRecipient);
  });
});
