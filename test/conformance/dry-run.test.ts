/** DryRun: checks whether a request would succeed, without performing it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateGrantCommand,
  CreateKeyCommand,
  DecapsulateCommand,
  DecryptCommand,
  DeriveSharedSecretCommand,
  DisableKeyCommand,
  EncapsulateCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateMacCommand,
  GetKeyLastUsageCommand,
  GetPublicKeyCommand,
  ReEncryptCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
  type CreateGrantCommandInput,
  type CreateKeyCommandInput,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { shapes, type Members } from '../../src/contract/index.ts';
import { refused } from '../support/refused.ts';
import { startWorld, type World } from '../support/world.ts';

const DRY_RUN_TEXT = 'The request would have succeeded, but the DryRun option is set.';
const Plaintext = Buffer.from('plain');

let world: World;
let KeyId: string;
let CiphertextBlob: Uint8Array | undefined;

async function make(input: CreateKeyCommandInput = {}): Promise<string> {
  return (await world.kms.send(new CreateKeyCommand(input))).KeyMetadata?.KeyId ?? '';
}

interface Case {
  /** Input that creates the key. Defaults to a symmetric encryption key. */
  readonly key?: CreateKeyCommandInput;
  /** Set if the operation also works on disabled keys. */
  readonly anyState?: true;
  readonly run: (kms: KMSClient, KeyId: string) => Promise<unknown>;
}

const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
const mac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' } as const;
const kem = { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' } as const;
const DryRun = true;
const sign = { Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256', DryRun } as const;
const authenticate = { Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256', DryRun } as const;

/** Every operation with a DryRun member. */
const cases: Readonly<Record<string, Case>> = {
  Encrypt: { run: (kms, id) => kms.send(new EncryptCommand({ KeyId: id, Plaintext, DryRun })) },
  Decrypt: {
    run: (kms, id) => kms.send(new DecryptCommand({ KeyId: id, CiphertextBlob, DryRun })),
  },
  ReEncrypt: {
    run: (kms, id) =>
      kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: id, DryRun })),
  },
  GenerateDataKey: {
    run: (kms, id) =>
      kms.send(new GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256', DryRun })),
  },
  GenerateDataKeyWithoutPlaintext: {
    run: (kms, id) =>
      kms.send(
        new GenerateDataKeyWithoutPlaintextCommand({ KeyId: id, NumberOfBytes: 16, DryRun }),
      ),
  },
  GenerateDataKeyPair: {
    run: (kms, id) =>
      kms.send(new GenerateDataKeyPairCommand({ KeyId: id, KeyPairSpec: 'ECC_NIST_P256', DryRun })),
  },
  GenerateDataKeyPairWithoutPlaintext: {
    run: (kms, id) =>
      kms.send(
        new GenerateDataKeyPairWithoutPlaintextCommand({
          KeyId: id,
          KeyPairSpec: 'ECC_NIST_P256',
          DryRun,
        }),
      ),
  },
  Sign: { key: signing, run: (kms, id) => kms.send(new SignCommand({ KeyId: id, ...sign })) },
  Verify: {
    key: signing,
    run: (kms, id) => kms.send(new VerifyCommand({ KeyId: id, Signature: Plaintext, ...sign })),
  },
  GenerateMac: {
    key: mac,
    run: (kms, id) => kms.send(new GenerateMacCommand({ KeyId: id, ...authenticate })),
  },
  VerifyMac: {
    key: mac,
    run: (kms, id) =>
      kms.send(new VerifyMacCommand({ KeyId: id, Mac: Plaintext, ...authenticate })),
  },
  DeriveSharedSecret: {
    key: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
    run: async (kms, id) => {
      const other = await make({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
      const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: other }));
      return kms.send(
        new DeriveSharedSecretCommand({
          KeyId: id,
          KeyAgreementAlgorithm: 'ECDH',
          PublicKey,
          DryRun,
        }),
      );
    },
  },
  Encapsulate: {
    key: kem,
    run: (kms, id) =>
      kms.send(new EncapsulateCommand({ KeyId: id, EncapsulationAlgorithm: 'ML_KEM', DryRun })),
  },
  Decapsulate: {
    key: kem,
    run: (kms, id) =>
      kms.send(
        new DecapsulateCommand({
          KeyId: id,
          EncapsulationAlgorithm: 'ML_KEM',
          SharedSecretCiphertextBlob: new Uint8Array(768),
          DryRun,
        }),
      ),
  },
  CreateGrant: {
    run: (kms, id) => kms.send(new CreateGrantCommand({ KeyId: id, ...grantee, DryRun })),
  },
  RevokeGrant: {
    anyState: true,
    run: async (kms, id) =>
      kms.send(new RevokeGrantCommand({ KeyId: id, GrantId: await granted(kms, id), DryRun })),
  },
  RetireGrant: {
    anyState: true,
    run: async (kms, id) => {
      const arn = `arn:aws:kms:us-east-1:111122223333:key/${id}`;
      return kms.send(
        new RetireGrantCommand({ KeyId: arn, GrantId: await granted(kms, id), DryRun }),
      );
    },
  },
};
const grantee: Pick<CreateGrantCommandInput, 'GranteePrincipal' | 'Operations'> = {
  GranteePrincipal: 'arn:aws:iam::111122223333:root',
  Operations: ['Decrypt'],
};
const granted = async (kms: KMSClient, id: string) =>
  (await kms.send(new CreateGrantCommand({ KeyId: id, ...grantee }))).GrantId;

before(async () => {
  world = await startWorld();
  KeyId = await make();
  ({ CiphertextBlob } = await world.kms.send(new EncryptCommand({ KeyId, Plaintext })));
});
after(() => world[Symbol.asyncDispose]());

describe('a dry run', () => {
  for (const [name, { key, anyState, run }] of Object.entries(cases)) {
    it(`of ${name} reports that it would have succeeded`, async () => {
      await refused(
        run(world.kms, key ? await make(key) : KeyId),
        'DryRunOperationException',
        DRY_RUN_TEXT,
      );
    });

    if (anyState) continue;
    it(`of ${name} fails on a disabled key`, async () => {
      const disabled = await make(key);
      await world.kms.send(new DisableKeyCommand({ KeyId: disabled }));
      // Decrypt names another key than the ciphertext's. The state of that key is checked first.
      await refused(
        run(world.kms, disabled),
        'DisabledException',
        `arn:aws:kms:us-east-1:111122223333:key/${disabled} is disabled.`,
      );
    });
  }

  it('is tested for every operation that has the DryRun member', () => {
    const offered = Object.entries<Members>(shapes.kms).filter(([, members]) => members['DryRun']);
    assert.deepEqual(Object.keys(cases).toSorted(), offered.map(([name]) => name).toSorted());
  });

  it('does not count as use of the key', async () => {
    const unused = await make();
    await refused(
      world.kms.send(new EncryptCommand({ KeyId: unused, Plaintext, DryRun: true })),
      'DryRunOperationException',
    );
    assert.deepEqual(
      (await world.kms.send(new GetKeyLastUsageCommand({ KeyId: unused }))).KeyLastUsage,
      {},
    );
  });

  it('fails if the ciphertext could not be decrypted', async () => {
    const context = { EncryptionContext: { not: 'its own' } };
    await refused(
      world.kms.send(new DecryptCommand({ CiphertextBlob, DryRun: true, ...context })),
      'InvalidCiphertextException',
    );
    await refused(
      world.kms.send(new DecryptCommand({ CiphertextBlob: Plaintext, KeyId, DryRun: true })),
      'InvalidCiphertextException',
    );
  });

  it('checks only permissions with IGNORE_CIPHERTEXT', async () => {
    const DryRunModifiers = ['IGNORE_CIPHERTEXT'] as const;
    for (const blob of [undefined, Plaintext]) {
      await refused(
        world.kms.send(
          new DecryptCommand({
            KeyId,
            CiphertextBlob: blob,
            DryRun: true,
            DryRunModifiers: [...DryRunModifiers],
          }),
        ),
        'DryRunOperationException',
        DRY_RUN_TEXT,
      );
      await refused(
        world.kms.send(
          new ReEncryptCommand({
            SourceKeyId: KeyId,
            DestinationKeyId: KeyId,
            CiphertextBlob: blob,
            DryRun: true,
            DryRunModifiers: [...DryRunModifiers],
          }),
        ),
        'DryRunOperationException',
        DRY_RUN_TEXT,
      );
    }
  });

  it('requires a ciphertext, unless both DryRun and IGNORE_CIPHERTEXT are set', async () => {
    const text =
      "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null";
    await refused(world.kms.send(new DecryptCommand({ KeyId })), 'ValidationException', text);
    await refused(
      world.kms.send(new DecryptCommand({ KeyId, DryRun: true })),
      'ValidationException',
      text,
    );
    await refused(
      world.kms.send(new DecryptCommand({ KeyId, DryRunModifiers: ['IGNORE_CIPHERTEXT'] })),
      'ValidationException',
      text,
    );
    await refused(
      world.kms.send(new ReEncryptCommand({ DestinationKeyId: KeyId })),
      'ValidationException',
      text,
    );
  });
});
