/** Key states, waiting periods, last use, deletion, and AWS managed keys. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyLastUsageCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListAliasesCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { until } from '../support/until.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

const DAY_MS = 86_400_000;
const Plaintext = Buffer.from('plain');

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world[Symbol.asyncDispose]());

interface MadeKey {
  readonly id: string;
  readonly arn: string;
}
async function make(): Promise<MadeKey> {
  const { KeyMetadata } = await world.kms.send(new CreateKeyCommand({}));
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}
const describeKey = async (KeyId: string) =>
  (await world.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
const encrypt = (KeyId: string) => world.kms.send(new EncryptCommand({ KeyId, Plaintext }));

describe('a key', () => {
  it('cannot be used while it is disabled, also by its ciphertext', async () => {
    const { id, arn } = await make();
    const { CiphertextBlob } = await encrypt(id);
    await world.kms.send(new DisableKeyCommand({ KeyId: id }));
    await world.kms.send(new DisableKeyCommand({ KeyId: id }));
    const shown = await describeKey(id);
    assert.deepEqual([shown?.KeyState, shown?.Enabled], ['Disabled', false]);
    const text = `${arn} is disabled.`;
    await refused(encrypt(id), 'DisabledException', text);
    await refused(
      world.kms.send(new DecryptCommand({ CiphertextBlob })),
      'DisabledException',
      text,
    );
    await refused(
      world.kms.send(new GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256' })),
      'DisabledException',
      text,
    );
    const other = await make();
    await refused(
      world.kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: other.id })),
      'DisabledException',
      text,
    );
    await world.kms.send(new EnableKeyCommand({ KeyId: id }));
    assert.deepEqual(
      Buffer.from((await world.kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []),
      Plaintext,
    );
  });

  it('has a description that can be changed', async () => {
    const { id } = await make();
    await world.kms.send(
      new UpdateKeyDescriptionCommand({ KeyId: id, Description: 'für später — 鍵' }),
    );
    assert.equal((await describeKey(id))?.Description, 'für später — 鍵');
    await refused(
      world.kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: 'x'.repeat(8193) })),
      'ValidationException',
    );
  });
});

describe('deletion', () => {
  it('waits 7 to 30 days, in which the key cannot be used and deletion can be cancelled', async () => {
    const { id, arn } = await make();
    const { CiphertextBlob } = await encrypt(id);
    for (const PendingWindowInDays of [6, 31]) {
      await refused(
        world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays })),
        'ValidationException',
      );
    }
    await refused(
      world.kms.send(new CancelKeyDeletionCommand({ KeyId: id })),
      'KMSInvalidStateException',
      `${arn} is not pending deletion.`,
    );
    const {
      $metadata: _,
      DeletionDate,
      ...scheduled
    } = await world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id }));
    assert.deepEqual(scheduled, {
      KeyId: arn,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 30,
    });
    assert.ok(Math.abs((DeletionDate?.getTime() ?? 0) - Date.now() - 30 * DAY_MS) < 60_000);
    const shown = await describeKey(id);
    assert.deepEqual(
      [shown?.KeyState, shown?.Enabled, shown?.DeletionDate],
      ['PendingDeletion', false, DeletionDate],
    );
    const text = `${arn} is pending deletion.`;
    await refused(encrypt(id), 'KMSInvalidStateException', text);
    await refused(
      world.kms.send(new DecryptCommand({ CiphertextBlob })),
      'KMSInvalidStateException',
      text,
    );
    await refused(
      world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id })),
      'KMSInvalidStateException',
      text,
    );
    await refused(
      world.kms.send(new EnableKeyCommand({ KeyId: id })),
      'KMSInvalidStateException',
      text,
    );
    await refused(
      world.kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: 'x' })),
      'KMSInvalidStateException',
      text,
    );
    assert.equal((await world.kms.send(new CancelKeyDeletionCommand({ KeyId: id }))).KeyId, arn);
    assert.equal((await describeKey(id))?.KeyState, 'Disabled');
    await world.kms.send(new EnableKeyCommand({ KeyId: id }));
    assert.deepEqual(
      Buffer.from((await world.kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []),
      Plaintext,
    );
  });

  it('removes the key and its aliases at the end of the waiting period', async () => {
    const [doomed, kept] = [await make(), await make()];
    const { CiphertextBlob } = await encrypt(doomed.id);
    await world.kms.send(
      new CreateAliasCommand({ AliasName: 'alias/doomed', TargetKeyId: doomed.id }),
    );
    await world.kms.send(
      new ScheduleKeyDeletionCommand({ KeyId: doomed.id, PendingWindowInDays: 7 }),
    );
    await world.stop();
    await world.start('--clock-offset', '8d');
    const deleted = await until('the key is deleted', async () =>
      auditEvents(world.data).find(
        ({ eventName, resources }) =>
          eventName === 'DeleteKey' && JSON.stringify(resources).includes(doomed.arn),
      ),
    );
    assert.deepEqual(
      [deleted['eventType'], deleted['userIdentity']],
      ['AwsServiceEvent', { accountId: '111122223333', invokedBy: 'AWS Internal' }],
    );
    await refused(
      describeKey(doomed.id),
      'NotFoundException',
      `Key '${doomed.arn}' does not exist`,
    );
    await refused(describeKey('alias/doomed'), 'NotFoundException');
    await refused(
      world.kms.send(new DecryptCommand({ CiphertextBlob })),
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
    assert.equal((await describeKey(kept.id))?.KeyState, 'Enabled');
  });
});

describe('GetKeyLastUsage', () => {
  it('returns the last successful use of a key, with its audit event and request ID', async () => {
    const { id } = await make();
    const unused = await world.kms.send(new GetKeyLastUsageCommand({ KeyId: id }));
    assert.deepEqual(
      [unused.KeyId, unused.KeyLastUsage, unused.TrackingStartDate],
      [id, {}, unused.KeyCreationDate],
    );
    await world.kms.send(
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId: id, NumberOfBytes: 16 }),
    );
    const { CiphertextBlob, $metadata } = await encrypt(id);
    await describeKey(id);
    await refused(
      world.kms.send(new EncryptCommand({ KeyId: id, Plaintext, DryRun: true })),
      'DryRunOperationException',
    );
    await refused(
      world.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { no: 'such' } })),
      'InvalidCiphertextException',
    );
    const used = (await world.kms.send(new GetKeyLastUsageCommand({ KeyId: id }))).KeyLastUsage;
    assert.deepEqual([used?.Operation, used?.KmsRequestId], ['Encrypt', $metadata.requestId]);
    assert.ok(used?.Timestamp && Math.abs(used.Timestamp.getTime() - Date.now()) < 30 * DAY_MS);
    const event = auditEvents(world.data).find(({ eventID }) => eventID === used.CloudTrailEventId);
    assert.deepEqual(
      [event?.['eventName'], event?.['requestID']],
      ['Encrypt', $metadata.requestId],
    );
  });

  it('counts ReEncrypt for both keys, also after a restart', async () => {
    const [from, to] = [await make(), await make()];
    const { CiphertextBlob } = await encrypt(from.id);
    await world.kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: to.id }));
    await world.stop();
    await world.start();
    for (const { id } of [from, to]) {
      const { KeyLastUsage } = await world.kms.send(new GetKeyLastUsageCommand({ KeyId: id }));
      assert.equal(KeyLastUsage?.Operation, 'ReEncrypt');
    }
  });
});

describe('AWS managed keys', () => {
  it('are created once, when their alias is first described', async () => {
    const before = (await world.kms.send(new ListKeysCommand({ Limit: 1000 }))).Keys?.length ?? 0;
    const described = await Promise.all([1, 2, 3].map(() => describeKey('alias/aws/s3')));
    const [first] = described;
    assert.deepEqual(
      [first?.KeyManager, first?.KeyState, first?.KeySpec, first?.Origin],
      ['AWS', 'Enabled', 'SYMMETRIC_DEFAULT', 'AWS_KMS'],
    );
    assert.equal(new Set(described.map((key) => key?.KeyId)).size, 1);
    const { Keys = [] } = await world.kms.send(new ListKeysCommand({ Limit: 1000 }));
    assert.equal(Keys.length, before + 1);
    const { Aliases = [] } = await world.kms.send(new ListAliasesCommand({ KeyId: first?.KeyId }));
    assert.deepEqual(
      Aliases.map(({ AliasName }) => AliasName),
      ['alias/aws/s3'],
    );
    assert.equal(
      (await describeKey('arn:aws:kms:us-east-1:111122223333:alias/aws/s3'))?.KeyId,
      first?.KeyId,
    );
  });

  it('are not created for unknown services, nor by Encrypt', async () => {
    await refused(describeKey('alias/aws/no-such-service'), 'NotFoundException');
    await refused(encrypt('alias/aws/ebs'), 'NotFoundException');
  });

  it('are set to rotate every year, and cannot be changed, deleted or used by callers', async () => {
    const KeyId = (await describeKey('alias/aws/sns'))?.KeyId ?? '';
    const { KeyRotationEnabled, RotationPeriodInDays } = await world.kms.send(
      new GetKeyRotationStatusCommand({ KeyId }),
    );
    assert.deepEqual([KeyRotationEnabled, RotationPeriodInDays], [true, 365]);
    const { Policy = '' } = await world.kms.send(new GetKeyPolicyCommand({ KeyId }));
    for (const call of [
      new EncryptCommand({ KeyId, Plaintext }),
      new ScheduleKeyDeletionCommand({ KeyId }),
      new DisableKeyCommand({ KeyId }),
      new EnableKeyRotationCommand({ KeyId }),
      new PutKeyPolicyCommand({ KeyId, Policy }),
      new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
      new UpdateKeyDescriptionCommand({ KeyId, Description: 'mine' }),
      new CreateAliasCommand({ AliasName: 'alias/mine', TargetKeyId: KeyId }),
    ] as const) {
      // `send` is overloaded per command. The output is not used.
      await refused(world.kms.send(call as EncryptCommand), 'AccessDeniedException');
    }
    const other = await make();
    await refused(
      world.kms.send(new UpdateAliasCommand({ AliasName: 'alias/aws/sns', TargetKeyId: other.id })),
      'AccessDeniedException',
    );
  });
});
