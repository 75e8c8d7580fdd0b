/** Multi-Region keys: ID and material are shared between Regions, everything else is separate. */
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
  GetKeyLastUsageCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  ListKeyRotationsCommand,
  ListResourceTagsCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  UpdateKeyDescriptionCommand,
  UpdatePrimaryRegionCommand,
  VerifyCommand,
  type CreateKeyCommandInput,
  type KeyMetadata,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { until } from '../support/until.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

const HOME = 'us-east-1';
const AWAY = 'eu-west-1';
const Plaintext = Buffer.from('read anywhere');

let world: World;

async function makePrimary(input: CreateKeyCommandInput = {}): Promise<string> {
  return (
    (await world.kms.send(new CreateKeyCommand({ MultiRegion: true, ...input }))).KeyMetadata
      ?.KeyId ?? ''
  );
}
async function describeIn(region: string, KeyId: string): Promise<KeyMetadata> {
  const { KeyMetadata } = await world.kmsIn(region).send(new DescribeKeyCommand({ KeyId }));
  assert.ok(KeyMetadata);
  return KeyMetadata;
}
const inState = (region: string, id: string, state: string): Promise<KeyMetadata> =>
  until(`${id} in ${region} is ${state}`, async () => {
    const metadata = await describeIn(region, id);
    return metadata.KeyState === state && metadata;
  });
async function replicate(KeyId: string, ReplicaRegion = AWAY): Promise<void> {
  await world.kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion }));
  await inState(ReplicaRegion, KeyId, 'Enabled');
}
const arnIn = (region: string, id: string): string =>
  `arn:aws:kms:${region}:111122223333:key/${id}`;
const encryptIn = async (region: string, KeyId: string) =>
  (await world.kmsIn(region).send(new EncryptCommand({ KeyId, Plaintext }))).CiphertextBlob;
const decryptIn = async (region: string, CiphertextBlob: Uint8Array | undefined) =>
  Buffer.from(
    (await world.kmsIn(region).send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? [],
  );

before(async () => {
  world = await startWorld();
});
after(() => world[Symbol.asyncDispose]());

describe('a multi-Region primary key', () => {
  it('has a key ID with the prefix mrk-, and is described as primary', async () => {
    const id = await makePrimary();
    assert.match(id, /^mrk-[0-9a-f]{32}$/);
    const { MultiRegion, MultiRegionConfiguration } = await describeIn(HOME, id);
    assert.equal(MultiRegion, true);
    assert.deepEqual(MultiRegionConfiguration, {
      MultiRegionKeyType: 'PRIMARY',
      PrimaryKey: { Arn: arnIn(HOME, id), Region: HOME },
      ReplicaKeys: [],
    });
  });

  it('does not exist in a Region that it was not replicated to', async () => {
    const id = await makePrimary();
    await refused(
      describeIn(AWAY, id),
      'NotFoundException',
      `Key '${arnIn(AWAY, id)}' does not exist`,
    );
    const blob = await encryptIn(HOME, id);
    await refused(decryptIn(AWAY, blob), 'AccessDeniedException');
  });
});

describe('ReplicateKey', () => {
  it('creates a replica with the default policy, and without the primary’s description and tags', async () => {
    const id = await makePrimary({
      Description: 'at home',
      Tags: [{ TagKey: 'where', TagValue: 'home' }],
    });
    const made = await world.kms.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: AWAY }));
    const replica = made.ReplicaKeyMetadata;
    assert.equal(replica?.Arn, arnIn(AWAY, id));
    assert.deepEqual(
      [replica?.KeyState, replica?.Enabled, replica?.Description],
      ['Creating', false, ''],
    );
    assert.deepEqual(replica?.MultiRegionConfiguration, {
      MultiRegionKeyType: 'REPLICA',
      PrimaryKey: { Arn: arnIn(HOME, id), Region: HOME },
      ReplicaKeys: [{ Arn: arnIn(AWAY, id), Region: AWAY }],
    });
    assert.deepEqual(made.ReplicaTags, []);
    assert.equal(JSON.parse(made.ReplicaPolicy ?? '').Id, 'key-default-1');
    assert.equal((await inState(AWAY, id, 'Enabled')).Enabled, true);
    assert.deepEqual((await describeIn(HOME, id)).MultiRegionConfiguration?.ReplicaKeys, [
      { Arn: arnIn(AWAY, id), Region: AWAY },
    ]);
    const created = await until('the CreateKey event is recorded', async () =>
      auditEvents(world.data).find(
        ({ eventName, resources }) =>
          eventName === 'CreateKey' && JSON.stringify(resources ?? []).includes(arnIn(AWAY, id)),
      ),
    );
    assert.equal(created['awsRegion'], AWAY);
  });

  it('creates a replica with the given policy, description and tags', async () => {
    const id = await makePrimary();
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'mine',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
    const Tags = [{ TagKey: 'where', TagValue: 'away' }];
    await world.kms.send(
      new ReplicateKeyCommand({
        KeyId: id,
        ReplicaRegion: AWAY,
        Policy,
        Description: 'away',
        Tags,
      }),
    );
    await inState(AWAY, id, 'Enabled');
    assert.equal((await describeIn(AWAY, id)).Description, 'away');
    assert.equal(
      (await world.kmsIn(AWAY).send(new GetKeyPolicyCommand({ KeyId: id }))).Policy,
      Policy,
    );
    assert.deepEqual(
      (await world.kmsIn(AWAY).send(new ListResourceTagsCommand({ KeyId: id }))).Tags,
      Tags,
    );
    assert.deepEqual((await world.kms.send(new ListResourceTagsCommand({ KeyId: id }))).Tags, []);
  });

  it('creates a replica that decrypts the primary’s ciphertexts, and the reverse', async () => {
    const id = await makePrimary();
    await replicate(id);
    assert.deepEqual(await decryptIn(AWAY, await encryptIn(HOME, id)), Plaintext);
    assert.deepEqual(await decryptIn(HOME, await encryptIn(AWAY, id)), Plaintext);
  });

  it('creates one replica per Region, only of an enabled primary key', async () => {
    const id = await makePrimary();
    await replicate(id);
    for (const ReplicaRegion of [AWAY, HOME]) {
      await refused(
        world.kms.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion })),
        'AlreadyExistsException',
      );
    }
    await refused(
      world.kmsIn(AWAY).send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'eu-west-2' })),
      'UnsupportedOperationException',
      `${arnIn(AWAY, id)} is not a multi-region primary key.`,
    );
    const single = (await world.kms.send(new CreateKeyCommand({}))).KeyMetadata;
    await refused(
      world.kms.send(new ReplicateKeyCommand({ KeyId: single?.KeyId, ReplicaRegion: AWAY })),
      'UnsupportedOperationException',
      `${single?.Arn} is not a multi-region primary key.`,
    );
    await world.kms.send(new DisableKeyCommand({ KeyId: id }));
    await refused(
      world.kms.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'eu-west-2' })),
      'DisabledException',
    );
  });

  it('rejects another partition, a malformed policy and an invalid Region, and creates nothing', async () => {
    const id = await makePrimary();
    await refused(
      world.kms.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'cn-north-1' })),
      'UnsupportedOperationException',
    );
    await refused(
      world.kms.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: AWAY, Policy: '{}' })),
      'MalformedPolicyDocumentException',
    );
    await refused(
      world.kms.send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'Narnia' })),
      'ValidationException',
      /Value 'Narnia' at 'replicaRegion' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    );
    await refused(describeIn(AWAY, id), 'NotFoundException');
  });
});

describe('related multi-Region keys', () => {
  it('have separate states, descriptions and last uses', async () => {
    const id = await makePrimary();
    await replicate(id);
    await world.kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: 'at home' }));
    assert.equal((await describeIn(AWAY, id)).Description, '');
    await world.kms.send(new DisableKeyCommand({ KeyId: id }));
    assert.equal((await describeIn(AWAY, id)).KeyState, 'Enabled');
    const blob = await encryptIn(AWAY, id);
    await refused(decryptIn(HOME, blob), 'DisabledException', `${arnIn(HOME, id)} is disabled.`);
    await world.kms.send(new EnableKeyCommand({ KeyId: id }));
    assert.deepEqual(await decryptIn(HOME, blob), Plaintext);
    const used = await world.kms.send(new GetKeyLastUsageCommand({ KeyId: id }));
    const usedAway = await world.kmsIn(AWAY).send(new GetKeyLastUsageCommand({ KeyId: id }));
    assert.deepEqual(
      [used.KeyLastUsage?.Operation, usedAway.KeyLastUsage?.Operation],
      ['Decrypt', 'Encrypt'],
    );
  });

  it('rotate together, and only through the primary', async () => {
    const id = await makePrimary();
    await replicate(id);
    const old = await encryptIn(AWAY, id);
    await world.kms.send(new EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays: 100 }));
    const away = await world.kmsIn(AWAY).send(new GetKeyRotationStatusCommand({ KeyId: id }));
    assert.deepEqual([away.KeyRotationEnabled, away.RotationPeriodInDays], [true, 100]);
    for (const Command of [EnableKeyRotationCommand, RotateKeyOnDemandCommand]) {
      await refused(
        world.kmsIn(AWAY).send(new Command({ KeyId: id })),
        'UnsupportedOperationException',
        `${arnIn(AWAY, id)} is not a multi-region primary key.`,
      );
    }
    await world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    await until('the rotation has ended in both Regions', async () => {
      const { Rotations } = await world
        .kmsIn(AWAY)
        .send(new ListKeyRotationsCommand({ KeyId: id }));
      return Rotations?.length === 1;
    });
    const [home, other] = [await describeIn(HOME, id), await describeIn(AWAY, id)];
    assert.equal(home.CurrentKeyMaterialId, other.CurrentKeyMaterialId);
    assert.deepEqual(await decryptIn(HOME, old), Plaintext);
    assert.deepEqual(await decryptIn(AWAY, await encryptIn(HOME, id)), Plaintext);
  });

  it('are replicated with all their key materials', async () => {
    const id = await makePrimary();
    const old = await encryptIn(HOME, id);
    await world.kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    await until(
      'the rotation has ended',
      async () =>
        (await world.kms.send(new ListKeyRotationsCommand({ KeyId: id }))).Rotations?.length === 1,
    );
    await replicate(id);
    assert.deepEqual(await decryptIn(AWAY, old), Plaintext);
  });

  it('share one key pair if they are asymmetric', async () => {
    const id = await makePrimary({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    await replicate(id);
    const signed = { KeyId: id, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
    const { Signature } = await world.kms.send(new SignCommand(signed));
    assert.equal(
      (await world.kmsIn(AWAY).send(new VerifyCommand({ ...signed, Signature }))).SignatureValid,
      true,
    );
    const [home, away] = await Promise.all(
      [HOME, AWAY].map((region) =>
        world.kmsIn(region).send(new GetPublicKeyCommand({ KeyId: id })),
      ),
    );
    assert.deepEqual(home?.PublicKey, away?.PublicKey);
  });

  it('have separate aliases in each Region', async () => {
    const id = await makePrimary();
    await replicate(id);
    await world
      .kmsIn(AWAY)
      .send(new CreateAliasCommand({ AliasName: 'alias/away-only', TargetKeyId: id }));
    assert.equal((await describeIn(AWAY, 'alias/away-only')).KeyId, id);
    await refused(describeIn(HOME, 'alias/away-only'), 'NotFoundException');
  });
});

describe('UpdatePrimaryRegion', () => {
  it('makes the replica the primary, which can be used immediately', async () => {
    const id = await makePrimary();
    await replicate(id);
    const blob = await encryptIn(HOME, id);
    await world.kms.send(
      new UpdatePrimaryRegionCommand({ KeyId: arnIn(HOME, id), PrimaryRegion: AWAY }),
    );
    assert.deepEqual(await decryptIn(AWAY, blob), Plaintext);
    const configuration = (await inState(HOME, id, 'Enabled')).MultiRegionConfiguration;
    assert.deepEqual(configuration, {
      MultiRegionKeyType: 'REPLICA',
      PrimaryKey: { Arn: arnIn(AWAY, id), Region: AWAY },
      ReplicaKeys: [{ Arn: arnIn(HOME, id), Region: HOME }],
    });
    await inState(AWAY, id, 'Enabled');
    await world
      .kmsIn(AWAY)
      .send(new ReplicateKeyCommand({ KeyId: id, ReplicaRegion: 'eu-west-2' }));
    await refused(
      world.kms.send(new UpdatePrimaryRegionCommand({ KeyId: id, PrimaryRegion: AWAY })),
      'UnsupportedOperationException',
      `${arnIn(HOME, id)} is not a multi-region primary key.`,
    );
  });

  it('requires an enabled replica in that Region', async () => {
    const id = await makePrimary();
    await refused(
      world.kms.send(new UpdatePrimaryRegionCommand({ KeyId: id, PrimaryRegion: AWAY })),
      'NotFoundException',
    );
    await refused(
      world.kms.send(new UpdatePrimaryRegionCommand({ KeyId: id, PrimaryRegion: HOME })),
      'UnsupportedOperationException',
    );
    await replicate(id);
    await world.kmsIn(AWAY).send(new DisableKeyCommand({ KeyId: id }));
    await refused(
      world.kms.send(new UpdatePrimaryRegionCommand({ KeyId: id, PrimaryRegion: AWAY })),
      'DisabledException',
      `${arnIn(AWAY, id)} is disabled.`,
    );
  });
});

describe('deletion of a primary key with replicas', () => {
  it('waits for the replicas, and then for its waiting period', async () => {
    const id = await makePrimary();
    await replicate(id);
    const scheduled = await world.kms.send(
      new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }),
    );
    assert.deepEqual(
      [scheduled.KeyState, scheduled.DeletionDate, scheduled.PendingWindowInDays],
      ['PendingReplicaDeletion', undefined, 7],
    );
    const waiting = await describeIn(HOME, id);
    assert.deepEqual(
      [waiting.KeyState, waiting.PendingDeletionWindowInDays, waiting.DeletionDate],
      ['PendingReplicaDeletion', 7, undefined],
    );
    await refused(
      encryptIn(HOME, id),
      'KMSInvalidStateException',
      `${arnIn(HOME, id)} is pending replica deletion.`,
    );
    assert.deepEqual(await decryptIn(AWAY, await encryptIn(AWAY, id)), Plaintext);
    await world
      .kmsIn(AWAY)
      .send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    await world.stop();
    await world.start('--clock-offset', '10d');
    const { DeletionDate } = await inState(HOME, id, 'PendingDeletion');
    assert.ok(Math.abs((DeletionDate?.getTime() ?? 0) - Date.now() - 17 * 86_400_000) < 3_600_000);
    await refused(describeIn(AWAY, id), 'NotFoundException');
    await world.kms.send(new CancelKeyDeletionCommand({ KeyId: id }));
    assert.equal((await describeIn(HOME, id)).KeyState, 'Disabled');
  });
});
