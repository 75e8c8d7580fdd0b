/** DryRun: whether a request would succeed, without what it would do. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyLastUsageCommand,
  ReEncryptCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { startWorld, type World } from '../support/world.ts';

const WOULD = 'The request would have succeeded, but the DryRun option is set.';
const Plaintext = Buffer.from('plain');

let world: World;
let KeyId: string;
let CiphertextBlob: Uint8Array | undefined;

async function make(): Promise<string> {
  return (await world.kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';
}

/** Each operation under a key, as a dry run. */
const dryRuns: Readonly<Record<string, (kms: KMSClient, KeyId: string) => Promise<unknown>>> = {
  Encrypt: (kms, id) => kms.send(new EncryptCommand({ KeyId: id, Plaintext, DryRun: true })),
  Decrypt: (kms, id) => kms.send(new DecryptCommand({ KeyId: id, CiphertextBlob, DryRun: true })),
  ReEncrypt: (kms, id) => kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: id, DryRun: true })),
  GenerateDataKey: (kms, id) => kms.send(new GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256', DryRun: true })),
  GenerateDataKeyWithoutPlaintext: (kms, id) =>
    kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId: id, NumberOfBytes: 16, DryRun: true })),
};

before(async () => {
  world = await startWorld();
  KeyId = await make();
  ({ CiphertextBlob } = await world.kms.send(new EncryptCommand({ KeyId, Plaintext })));
});
after(() => world[Symbol.asyncDispose]());

describe('a dry run', () => {
  for (const [name, run] of Object.entries(dryRuns)) {
    it(`of ${name} says that it would have succeeded`, () => refused(run(world.kms, KeyId), 'DryRunOperationException', WOULD));

    it(`of ${name} fails as ${name} would`, async () => {
      const disabled = await make();
      await world.kms.send(new DisableKeyCommand({ KeyId: disabled }));
      // Decrypt is told to use another key than the ciphertext's: its state is looked at first.
      await refused(run(world.kms, disabled), 'DisabledException', `arn:aws:kms:us-east-1:111122223333:key/${disabled} is disabled.`);
    });
  }

  it('is no use of the key', async () => {
    const unused = await make();
    await refused(world.kms.send(new EncryptCommand({ KeyId: unused, Plaintext, DryRun: true })), 'DryRunOperationException');
    assert.deepEqual((await world.kms.send(new GetKeyLastUsageCommand({ KeyId: unused }))).KeyLastUsage, {});
  });

  it('finds out that a ciphertext would not have been decrypted', async () => {
    const context = { EncryptionContext: { not: 'its own' } };
    await refused(world.kms.send(new DecryptCommand({ CiphertextBlob, DryRun: true, ...context })), 'InvalidCiphertextException');
    await refused(world.kms.send(new DecryptCommand({ CiphertextBlob: Plaintext, KeyId, DryRun: true })), 'InvalidCiphertextException');
  });

  it('asks about permission alone if told to ignore the ciphertext', async () => {
    const DryRunModifiers = ['IGNORE_CIPHERTEXT'] as const;
    for (const blob of [undefined, Plaintext]) {
      await refused(
        world.kms.send(new DecryptCommand({ KeyId, CiphertextBlob: blob, DryRun: true, DryRunModifiers: [...DryRunModifiers] })),
        'DryRunOperationException',
        WOULD,
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
        WOULD,
      );
    }
  });

  it('alone makes up for a missing ciphertext', async () => {
    const text = "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null";
    await refused(world.kms.send(new DecryptCommand({ KeyId })), 'ValidationException', text);
    await refused(world.kms.send(new DecryptCommand({ KeyId, DryRun: true })), 'ValidationException', text);
    await refused(world.kms.send(new DecryptCommand({ KeyId, DryRunModifiers: ['IGNORE_CIPHERTEXT'] })), 'ValidationException', text);
    await refused(world.kms.send(new ReEncryptCommand({ DestinationKeyId: KeyId })), 'ValidationException', text);
  });
});
