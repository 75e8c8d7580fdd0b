/** Aliases and tags of keys, and listings in pages. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  EncryptCommand,
  ListAliasesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world[Symbol.asyncDispose]());

async function make(input: CreateKeyCommandInput = {}): Promise<string> {
  return (await world.kms.send(new CreateKeyCommand(input))).KeyMetadata?.KeyId ?? '';
}
const aliasArn = (name: string): string => `arn:aws:kms:us-east-1:111122223333:${name}`;
const alias = (AliasName: string, TargetKeyId: string) =>
  world.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
const keyOf = async (name: string) =>
  (await world.kms.send(new DescribeKeyCommand({ KeyId: name }))).KeyMetadata?.KeyId;
const aliasesOf = async (KeyId: string) =>
  (await world.kms.send(new ListAliasesCommand({ KeyId, Limit: 100 }))).Aliases ?? [];

describe('an alias', () => {
  it('resolves to its key by name and by ARN, and to another key after an update', async () => {
    const [first, second] = [await make(), await make()];
    await alias('alias/app/orders', first);
    assert.equal(await keyOf('alias/app/orders'), first);
    assert.equal(await keyOf(aliasArn('alias/app/orders')), first);
    const { CiphertextBlob, KeyId } = await world.kms.send(
      new EncryptCommand({ KeyId: 'alias/app/orders', Plaintext: Buffer.from('x') }),
    );
    assert.equal(KeyId, `arn:aws:kms:us-east-1:111122223333:key/${first}`);
    const [made] = await aliasesOf(first);
    assert.deepEqual(
      [made?.AliasName, made?.AliasArn, made?.TargetKeyId],
      ['alias/app/orders', aliasArn('alias/app/orders'), first],
    );
    await world.kms.send(
      new UpdateAliasCommand({ AliasName: 'alias/app/orders', TargetKeyId: second }),
    );
    assert.equal(await keyOf('alias/app/orders'), second);
    const [moved] = await aliasesOf(second);
    assert.deepEqual(moved?.CreationDate, made?.CreationDate);
    assert.ok((moved?.LastUpdatedDate?.getTime() ?? 0) > (made?.LastUpdatedDate?.getTime() ?? 0));
    await refused(
      world.kms.send(new DecryptCommand({ CiphertextBlob, KeyId: 'alias/app/orders' })),
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
    await world.kms.send(new DeleteAliasCommand({ AliasName: 'alias/app/orders' }));
    await refused(
      keyOf('alias/app/orders'),
      'NotFoundException',
      `Alias ${aliasArn('alias/app/orders')} is not found.`,
    );
  });

  it('must have a unique and valid name', async () => {
    const id = await make();
    await alias('alias/taken', id);
    await refused(
      alias('alias/taken', id),
      'AlreadyExistsException',
      `An alias with the name ${aliasArn('alias/taken')} already exists`,
    );
    await refused(
      alias('orders', id),
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
    await refused(
      alias('alias/with space', id),
      'ValidationException',
      /at 'aliasName' failed to satisfy constraint: Member must satisfy regular/,
    );
    await refused(alias('alias/aws/mine', id), 'NotAuthorizedException');
    await refused(
      world.kms.send(new DeleteAliasCommand({ AliasName: 'alias/none' })),
      'NotFoundException',
    );
    await refused(
      world.kms.send(new UpdateAliasCommand({ AliasName: 'alias/none', TargetKeyId: id })),
      'NotFoundException',
    );
    await refused(
      alias('alias/other', 'alias/taken'),
      'NotFoundException',
      "Invalid keyId 'alias/taken'",
    );
  });

  it('can move only to a key of the same type and usage', async () => {
    const external = { Origin: 'EXTERNAL' } as const;
    const symmetric = await make();
    const signing = await make({ ...external, KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    const encrypting = await make({
      ...external,
      KeySpec: 'RSA_3072',
      KeyUsage: 'ENCRYPT_DECRYPT',
    });
    const otherSigning = await make({
      ...external,
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
    });
    const hmac = await make({ ...external, KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await alias('alias/signing', signing);
    for (const TargetKeyId of [symmetric, encrypting, hmac]) {
      await refused(
        world.kms.send(new UpdateAliasCommand({ AliasName: 'alias/signing', TargetKeyId })),
        'ValidationException',
      );
    }
    await world.kms.send(
      new UpdateAliasCommand({ AliasName: 'alias/signing', TargetKeyId: otherSigning }),
    );
    assert.equal(await keyOf('alias/signing'), otherSigning);
  });

  it('cannot move to a key that is pending deletion, but can move away from it', async () => {
    const [doomed, other] = [await make(), await make()];
    await alias('alias/doomed', doomed);
    await world.kms.send(new ScheduleKeyDeletionCommand({ KeyId: doomed }));
    const text = `arn:aws:kms:us-east-1:111122223333:key/${doomed} is pending deletion.`;
    await refused(alias('alias/late', doomed), 'KMSInvalidStateException', text);
    await world.kms.send(new UpdateAliasCommand({ AliasName: 'alias/doomed', TargetKeyId: other }));
    await refused(
      world.kms.send(new UpdateAliasCommand({ AliasName: 'alias/doomed', TargetKeyId: doomed })),
      'KMSInvalidStateException',
      text,
    );
  });

  it('counts towards the quota of 50 per key', async () => {
    const [full, other] = [await make(), await make()];
    for (let at = 0; at < 50; at += 1) await alias(`alias/full-${at}`, full);
    await refused(alias('alias/full-50', full), 'LimitExceededException');
    await alias('alias/full-50', other);
    await refused(
      world.kms.send(new UpdateAliasCommand({ AliasName: 'alias/full-50', TargetKeyId: full })),
      'LimitExceededException',
    );
    await world.kms.send(new UpdateAliasCommand({ AliasName: 'alias/full-0', TargetKeyId: full }));
  });
});

describe('tags', () => {
  it('are added, replaced and removed by key', async () => {
    const KeyId = await make();
    const tagsOf = async () => (await world.kms.send(new ListResourceTagsCommand({ KeyId }))).Tags;
    await world.kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'a', TagValue: '1' }] }));
    await world.kms.send(
      new TagResourceCommand({
        KeyId,
        Tags: [
          { TagKey: 'a', TagValue: '2' },
          { TagKey: 'b', TagValue: '' },
        ],
      }),
    );
    assert.deepEqual(await tagsOf(), [
      { TagKey: 'a', TagValue: '2' },
      { TagKey: 'b', TagValue: '' },
    ]);
    await world.kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a', 'never there'] }));
    assert.deepEqual(await tagsOf(), [{ TagKey: 'b', TagValue: '' }]);
  });

  it('are limited to 50 per key, and reject duplicate and reserved tag keys', async () => {
    const KeyId = await make();
    const tag = (TagKey: string) => ({ TagKey, TagValue: 'x' });
    await world.kms.send(
      new TagResourceCommand({
        KeyId,
        Tags: Array.from({ length: 50 }, (_, at) => tag(`tag${at}`)),
      }),
    );
    await refused(
      world.kms.send(new TagResourceCommand({ KeyId, Tags: [tag('more')] })),
      'TagException',
      'Too many tags',
    );
    await world.kms.send(new TagResourceCommand({ KeyId, Tags: [tag('tag7')] }));
    const reserved = new TagResourceCommand({ KeyId, Tags: [tag('aws:cloudformation:stack')] });
    await refused(
      world.kms.send(reserved),
      'TagException',
      'Tags beginning with aws: are reserved',
    );
    await refused(
      world.kms.send(new TagResourceCommand({ KeyId, Tags: [tag('a'), tag('a')] })),
      'TagException',
      'Duplicate tag keys',
    );
  });

  it('cannot be changed while the key is pending deletion', async () => {
    const KeyId = await make();
    await world.kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    await refused(
      world.kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] })),
      'KMSInvalidStateException',
    );
    await refused(
      world.kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a'] })),
      'KMSInvalidStateException',
    );
  });
});

interface Paged {
  readonly rows: readonly string[];
  readonly NextMarker: string | undefined;
  readonly Truncated: boolean | undefined;
}
/** Listings, each as a function that returns a page of names. */
const listings: Readonly<Record<string, (Limit: number, Marker?: string) => Promise<Paged>>> = {
  ListKeys: async (Limit, Marker) => {
    const {
      Keys = [],
      NextMarker,
      Truncated,
    } = await world.kms.send(new ListKeysCommand({ Limit, Marker }));
    return { rows: Keys.map(({ KeyArn = '' }) => KeyArn), NextMarker, Truncated };
  },
  ListAliases: async (Limit, Marker) => {
    const {
      Aliases = [],
      NextMarker,
      Truncated,
    } = await world.kms.send(new ListAliasesCommand({ Limit, Marker }));
    return { rows: Aliases.map(({ AliasArn = '' }) => AliasArn), NextMarker, Truncated };
  },
  ListResourceTags: async (Limit, Marker) => {
    const {
      Tags = [],
      NextMarker,
      Truncated,
    } = await world.kms.send(new ListResourceTagsCommand({ KeyId: await tagged(), Limit, Marker }));
    return { rows: Tags.map(({ TagKey = '' }) => TagKey), NextMarker, Truncated };
  },
};
let taggedKey: Promise<string> | undefined;
function tagged(): Promise<string> {
  taggedKey ??= make({
    Tags: Array.from({ length: 7 }, (_, at) => ({ TagKey: `page${at}`, TagValue: '' })),
  });
  return taggedKey;
}

describe('listings', () => {
  for (const [name, page] of Object.entries(listings)) {
    it(`${name} returns every row once, in pages`, async () => {
      const whole = await page(50);
      const rows: string[] = [];
      for (let marker: string | undefined; ;) {
        const one = await page(3, marker);
        assert.ok(one.rows.length <= 3);
        rows.push(...one.rows);
        assert.equal(one.Truncated, one.NextMarker !== undefined);
        if (one.NextMarker === undefined) break;
        marker = one.NextMarker;
      }
      assert.ok(rows.length > 3);
      assert.equal(new Set(rows).size, rows.length);
      assert.deepEqual(rows.slice(0, 50), whole.rows);
    });

    it(`${name} rejects an invalid marker`, async () => {
      await refused(page(3, 'nonsense'), 'InvalidMarkerException');
    });

    it(`${name} limits the page size`, async () => {
      await refused(
        page(0),
        'ValidationException',
        /Value '0' at 'limit' .* greater than or equal to 1/,
      );
      await refused(
        page(1001),
        'ValidationException',
        /Value '1001' at 'limit' .* less than or equal to (?:1000|100|50)$/,
      );
    });
  }
});
