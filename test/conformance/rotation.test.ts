/** Automatic and on-demand rotation. `--clock-offset` advances the time. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  type CreateKeyCommandInput,
  type RotationsListEntry,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { until } from '../support/until.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

const DAY_MS = 86_400_000;
const Plaintext = Buffer.from('kept for years');

let world: World;

interface MadeKey {
  readonly id: string;
  readonly arn: string;
}

async function makeKey(input: CreateKeyCommandInput = {}): Promise<MadeKey> {
  const { KeyMetadata } = await world.kms.send(new CreateKeyCommand(input));
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

const statusOf = async (KeyId: string) => {
  const { $metadata: _, ...status } = await world.kms.send(
    new GetKeyRotationStatusCommand({ KeyId }),
  );
  return status;
};
const currentMaterial = async (KeyId: string) =>
  (await world.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.CurrentKeyMaterialId;
const rotationsOf = async (KeyId: string): Promise<RotationsListEntry[]> =>
  (
    await world.kms.send(
      new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
    )
  ).Rotations ?? [];

function rotated(KeyId: string, times: number): Promise<RotationsListEntry[]> {
  return until(`${times} rotations of ${KeyId}`, async () => {
    const rotations = await rotationsOf(KeyId);
    return rotations.length === times + 1 && rotations;
  });
}

before(async () => {
  world = await startWorld();
});
after(() => world[Symbol.asyncDispose]());

describe('automatic rotation', () => {
  it('is disabled for a new key, and has a period and a date only while it is enabled', async () => {
    const { id } = await makeKey();
    assert.deepEqual(await statusOf(id), { KeyId: id, KeyRotationEnabled: false });
    const before = Date.now();
    await world.kms.send(new EnableKeyRotationCommand({ KeyId: id }));
    const { NextRotationDate, ...status } = await statusOf(id);
    assert.deepEqual(status, { KeyId: id, KeyRotationEnabled: true, RotationPeriodInDays: 365 });
    const days = ((NextRotationDate?.getTime() ?? 0) - before) / DAY_MS;
    assert.ok(days >= 365 && days < 365.01, `${days} days`);
    await world.kms.send(new EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays: 90 }));
    assert.equal((await statusOf(id)).RotationPeriodInDays, 90);
    await world.kms.send(new DisableKeyRotationCommand({ KeyId: id }));
    assert.deepEqual(await statusOf(id), { KeyId: id, KeyRotationEnabled: false });
  });

  it('has a period of 90 to 2560 days', async () => {
    const { id } = await makeKey();
    for (const [days, bound] of [
      [89, 'greater than or equal to 90'],
      [2561, 'less than or equal to 2560'],
    ] as const) {
      await refused(
        world.kms.send(new EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays: days })),
        'ValidationException',
        `1 validation error detected: Value '${days}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value ${bound}`,
      );
    }
  });

  it('is supported for symmetric keys with origin AWS_KMS only', async () => {
    const hmac = await makeKey({
      Origin: 'EXTERNAL',
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
    });
    const external = await makeKey({ Origin: 'EXTERNAL' });
    for (const Command of [EnableKeyRotationCommand, DisableKeyRotationCommand]) {
      await refused(
        world.kms.send(new Command({ KeyId: hmac.id })),
        'UnsupportedOperationException',
      );
      await refused(
        world.kms.send(new Command({ KeyId: external.id })),
        'UnsupportedOperationException',
        `${external.arn} origin is EXTERNAL which is not valid for this operation.`,
      );
    }
    await refused(
      world.kms.send(new GetKeyRotationStatusCommand({ KeyId: external.id })),
      'UnsupportedOperationException',
    );
  });

  it('keeps its setting while the key is disabled, and hides it while the key is pending deletion', async () => {
    const { id, arn } = await makeKey();
    await world.kms.send(new EnableKeyRotationCommand({ KeyId: id }));
    await world.kms.send(new DisableKeyCommand({ KeyId: id }));
    assert.equal((await statusOf(id)).KeyRotationEnabled, true);
    await refused(
      world.kms.send(new EnableKeyRotationCommand({ KeyId: id })),
      'DisabledException',
      `${arn} is disabled.`,
    );
    await world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id }));
    assert.deepEqual(await statusOf(id), { KeyId: id, KeyRotationEnabled: false });
    await refused(
      world.kms.send(new DisableKeyRotationCommand({ KeyId: id })),
      'KMSInvalidStateException',
    );
    await world.kms.send(new CancelKeyDeletionCommand({ KeyId: id }));
    assert.equal((await statusOf(id)).KeyRotationEnabled, true);
  });

  it('rejects an alias', async () => {
    const { id } = await makeKey();
    await world.kms.send(new CreateAliasCommand({ AliasName: 'alias/rotating', TargetKeyId: id }));
    await refused(
      world.kms.send(new EnableKeyRotationCommand({ KeyId: 'alias/rotating' })),
      'InvalidArnException',
      'Key Aliases are not supported for this operation.',
    );
  });
});

describe('rotation on demand', () => {
  it('makes new material current, and ciphertexts of the old material still decrypt', async () => {
    const { id, arn } = await makeKey();
    const first = await currentMaterial(id);
    const { CiphertextBlob } = await world.kms.send(new EncryptCommand({ KeyId: id, Plaintext }));
    const { KeyId } = await world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    assert.equal(KeyId, arn);
    const [original, rotation] = await rotated(id, 1);
    const second = await currentMaterial(id);
    assert.notEqual(second, first);
    assert.deepEqual(original, {
      KeyId: id,
      KeyMaterialId: first,
      KeyMaterialState: 'NON_CURRENT',
    });
    const { RotationDate, ...rest } = rotation ?? {};
    assert.deepEqual(rest, {
      KeyId: id,
      KeyMaterialId: second,
      KeyMaterialState: 'CURRENT',
      RotationType: 'ON_DEMAND',
    });
    assert.ok(RotationDate && Math.abs(RotationDate.getTime() - Date.now()) < 60_000);
    const decrypted = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.deepEqual(Buffer.from(decrypted.Plaintext ?? []), Plaintext);
    assert.equal(decrypted.KeyMaterialId, first);
    assert.equal(
      (await world.kms.send(new GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256' })))
        .KeyMaterialId,
      second,
    );
    const event = await until('the RotateKey event is recorded', async () =>
      auditEvents(world.data).find(
        ({ eventName, resources }) =>
          eventName === 'RotateKey' && JSON.stringify(resources).includes(id),
      ),
    );
    assert.deepEqual(event['serviceEventDetails'], {
      rotationType: 'ON_DEMAND',
      keyOrigin: 'AWS_KMS',
      previousKeyMaterialId: first,
      currentKeyMaterialId: second,
      keyId: id,
    });
  });

  it('is listed in pages, and with all key material on request', async () => {
    const { id } = await makeKey();
    for (const times of [1, 2]) {
      await world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
      await rotated(id, times);
    }
    const page = await world.kms.send(new ListKeyRotationsCommand({ KeyId: id, Limit: 1 }));
    assert.deepEqual([page.Rotations?.length, page.Truncated], [1, true]);
    const rest = await world.kms.send(
      new ListKeyRotationsCommand({ KeyId: id, Marker: page.NextMarker }),
    );
    assert.deepEqual(
      [rest.Rotations?.length, rest.Truncated, rest.NextMarker],
      [1, false, undefined],
    );
    assert.deepEqual(
      (await rotationsOf(id)).map(({ KeyMaterialState }) => KeyMaterialState),
      ['NON_CURRENT', 'NON_CURRENT', 'CURRENT'],
    );
    await refused(
      world.kms.send(new ListKeyRotationsCommand({ KeyId: id, Marker: 'nonsense' })),
      'InvalidMarkerException',
    );
  });

  it('rejects a second rotation while one is in progress', async () => {
    const { id } = await makeKey();
    await world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    assert.ok((await statusOf(id)).OnDemandRotationStartDate);
    await refused(world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id })), 'ConflictException');
    await rotated(id, 1);
    assert.equal((await statusOf(id)).OnDemandRotationStartDate, undefined);
  });

  it('is supported for enabled symmetric encryption keys only', async () => {
    const hmac = await makeKey({
      Origin: 'EXTERNAL',
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
    });
    await refused(
      world.kms.send(new RotateKeyOnDemandCommand({ KeyId: hmac.id })),
      'UnsupportedOperationException',
    );
    await refused(
      world.kms.send(new ListKeyRotationsCommand({ KeyId: hmac.id })),
      'UnsupportedOperationException',
    );
    const external = await makeKey({ Origin: 'EXTERNAL' });
    await refused(
      world.kms.send(new RotateKeyOnDemandCommand({ KeyId: external.id })),
      'KMSInvalidStateException',
      `${external.arn} is pending import.`,
    );
    const { id, arn } = await makeKey();
    await world.kms.send(new DisableKeyCommand({ KeyId: id }));
    await refused(
      world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id })),
      'DisabledException',
      `${arn} is disabled.`,
    );
  });
});

describe('a key', () => {
  it('is rotated or deleted when it is due, and a disabled key is rotated once it is enabled', async () => {
    const [due, disabled, deleted] = [await makeKey(), await makeKey(), await makeKey()];
    for (const { id } of [due, disabled])
      await world.kms.send(new EnableKeyRotationCommand({ KeyId: id }));
    await world.kms.send(new DisableKeyCommand({ KeyId: disabled.id }));
    await world.kms.send(
      new ScheduleKeyDeletionCommand({ KeyId: deleted.id, PendingWindowInDays: 30 }),
    );
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId: due.id, Plaintext }),
    );
    await world.stop();
    await world.start('--clock-offset', '400d', '--settle-time', '0s');
    const [, rotation] = await rotated(due.id, 1);
    assert.equal(rotation?.RotationType, 'AUTOMATIC');
    const status = await statusOf(due.id);
    assert.ok(
      Math.abs((status.NextRotationDate?.getTime() ?? 0) - Date.now() - 765 * DAY_MS) < DAY_MS,
    );
    assert.deepEqual(
      Buffer.from((await world.kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []),
      Plaintext,
    );
    await until('the key is deleted', async () =>
      auditEvents(world.data).some(({ eventName }) => eventName === 'DeleteKey'),
    );
    await refused(
      world.kms.send(new DescribeKeyCommand({ KeyId: deleted.id })),
      'NotFoundException',
      `Key '${deleted.arn}' does not exist`,
    );
    assert.equal((await rotationsOf(disabled.id)).length, 1);
    await world.kms.send(new EnableKeyCommand({ KeyId: disabled.id }));
    await rotated(disabled.id, 1);
  });

  it('can be rotated on demand 25 times', async () => {
    const { id, arn } = await makeKey();
    for (let times = 1; times <= 25; times += 1) {
      await world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
      await rotated(id, times);
    }
    await refused(
      world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id })),
      'LimitExceededException',
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
    );
  });
});
