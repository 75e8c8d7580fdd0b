import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { KeyRow } from '../../domain/index.ts';
import { authorize, defaultKeyPolicy } from '../../policy/index.ts';
import { openSqliteStore } from '../../storage/index.ts';
import { lateReads } from '../../../test/support/late-reads.ts';
import { openKeyCache, type CachedKey } from './key-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyhold-key-cache-'));
const store = openSqliteStore(join(folder, 'metadata.db'));
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const key: KeyRow = {
  account: '111122223333',
  region: 'us-east-1',
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  description: '',
  enabled: true,
  keySpec: 'SYMMETRIC_DEFAULT',
  keyUsage: 'ENCRYPT_DECRYPT',
  origin: 'AWS_KMS',
  keyManager: 'CUSTOMER',
  creationDate: 0,
  policy: defaultKeyPolicy('111122223333'),
  tags: [],
};
const put = (row: KeyRow): Promise<void> =>
  store.transact((transaction) => transaction.put('keys', row));

describe('the key cache', () => {
  it('reads a key once for concurrent callers, and caches it', async () => {
    await put(key);
    const cache = openKeyCache(store);
    const [first, second] = await Promise.all([
      cache.key(key, key.keyId),
      cache.key(key, key.keyId),
    ]);
    assert.ok(first);
    assert.equal(second, first);
    assert.equal(cache.key(key, key.keyId), first);
  });

  it('shows each change to later callers, even while earlier callers wait for a previous load', async () => {
    const cache = openKeyCache(store);
    for (let change = 0; change < 50; change += 1) {
      const description = String(change);
      const early = cache.key(key, key.keyId);
      const written = put({ ...key, description });
      const during = cache.key(key, key.keyId);
      await written;
      const late = await cache.key(key, key.keyId);
      assert.equal(late?.key.description, description);
      await Promise.all([early, during]);
      assert.equal((await cache.key(key, key.keyId))?.key.description, description);
    }
  });

  it('never lets a load that a policy change overtook decide a later request', async () => {
    const late = lateReads(store);
    const cache = openKeyCache(late);
    const ana = `arn:aws:iam::${key.account}:user/ana`;
    const policyFor = (arn: string): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: arn }, Action: 'kms:Decrypt', Resource: '*' },
        ],
      });
    const isAllowed = (known: CachedKey | undefined): boolean =>
      authorize({
        principal: { account: key.account, arn: ana, userId: 'AIDAANA', accessKeyId: '' },
        action: 'kms:Decrypt',
        resourceArn: `arn:aws:kms:${key.region}:${key.account}:key/${key.keyId}`,
        resourceAccount: key.account,
        policies: { identity: [] },
        ...(known && { resourcePolicy: known.policy }),
      }).allowed;

    await put({ ...key, policy: policyFor(ana) });
    const deliver = late.holdNext();
    const early = cache.key(key, key.keyId);
    await put({ ...key, policy: policyFor(`arn:aws:iam::${key.account}:user/bob`) });
    const afterRevocation = cache.key(key, key.keyId);
    deliver();
    assert.equal(isAllowed(await afterRevocation), false, 'joined a load from before the change');
    assert.equal(isAllowed(await early), true, 'this request began before the change');
    assert.equal(
      isAllowed(await cache.key(key, key.keyId)),
      false,
      'kept a value from before the change',
    );
  });

  it('shares a policy between keys with the same text, unless its names stand for different principals', async () => {
    const cache = openKeyCache(store);
    const policy = async (keyId: string, policyPrincipals: Record<string, string>) => {
      await put({ ...key, keyId, policyPrincipals });
      return (await cache.key(key, keyId))?.policy;
    };
    const ana = 'arn:aws:iam::111122223333:user/ana';
    assert.equal(await policy('a', {}), await policy('b', {}));
    assert.notEqual(
      await policy('c', { [ana]: 'AIDAFIRST' }),
      await policy('d', { [ana]: 'AIDASECOND' }),
    );
  });

  it('returns no key that does not exist, and returns it once it is created', async () => {
    const cache = openKeyCache(store);
    const other = { ...key, keyId: 'other' };
    assert.equal(await cache.key(other, other.keyId), undefined);
    await put(other);
    assert.ok(await cache.key(other, other.keyId));
  });
});
