import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { KeyRow } from '../../domain/index.ts';
import { authorize, defaultKeyPolicy } from '../../policy/index.ts';
import { openSqliteStore } from '../../storage/index.ts';
import { lateReads } from '../../../test/support/late-reads.ts';
import { openKeyDirectory, type KnownKey } from './key-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyhold-directory-'));
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

describe('the key directory', () => {
  it('reads a key once for all who ask for it at once, and keeps it', async () => {
    await put(key);
    const directory = openKeyDirectory(store);
    const [first, second] = await Promise.all([
      directory.key(key, key.keyId),
      directory.key(key, key.keyId),
    ]);
    assert.ok(first);
    assert.equal(second, first);
    assert.equal(directory.key(key, key.keyId), first);
  });

  it('shows each change to whoever asks after it, also while others wait for a reading from before', async () => {
    const directory = openKeyDirectory(store);
    for (let change = 0; change < 50; change += 1) {
      const description = String(change);
      const early = directory.key(key, key.keyId);
      const written = put({ ...key, description });
      const during = directory.key(key, key.keyId);
      await written;
      const late = await directory.key(key, key.keyId);
      assert.equal(late?.key.description, description);
      await Promise.all([early, during]);
      assert.equal((await directory.key(key, key.keyId))?.key.description, description);
    }
  });

  it('never lets a load that a policy change overtook decide a later request', async () => {
    const late = lateReads(store);
    const directory = openKeyDirectory(late);
    const ana = `arn:aws:iam::${key.account}:user/ana`;
    const policyFor = (arn: string): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: arn }, Action: 'kms:Decrypt', Resource: '*' },
        ],
      });
    const isAllowed = (known: KnownKey | undefined): boolean =>
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
    const early = directory.key(key, key.keyId);
    await put({ ...key, policy: policyFor(`arn:aws:iam::${key.account}:user/bob`) });
    const afterRevocation = directory.key(key, key.keyId);
    assert.equal(isAllowed(await afterRevocation), false, 'joined a load from before the change');
    deliver();
    assert.equal(isAllowed(await early), true, 'this request began before the change');
    assert.equal(
      isAllowed(await directory.key(key, key.keyId)),
      false,
      'kept a value from before the change',
    );
  });

  it('lets keys with the same policy share it, but not where names in it mean others', async () => {
    const directory = openKeyDirectory(store);
    const policy = async (keyId: string, policyPrincipals: Record<string, string>) => {
      await put({ ...key, keyId, policyPrincipals });
      return (await directory.key(key, keyId))?.policy;
    };
    const ana = 'arn:aws:iam::111122223333:user/ana';
    assert.equal(await policy('a', {}), await policy('b', {}));
    assert.notEqual(
      await policy('c', { [ana]: 'AIDAFIRST' }),
      await policy('d', { [ana]: 'AIDASECOND' }),
    );
  });

  it('knows no key that is not there, until it is', async () => {
    const directory = openKeyDirectory(store);
    const other = { ...key, keyId: 'other' };
    assert.equal(await directory.key(other, other.keyId), undefined);
    await put(other);
    assert.ok(await directory.key(other, other.keyId));
  });
});
