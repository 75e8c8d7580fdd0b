import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AliasRow, KeyRow } from '../../src/domain/index.ts';
import type { Change, Store, Transaction } from '../../src/storage/index.ts';

/** A database that can be opened more than once, and removed. */
export interface StoreWorld {
  open(): Store;
  remove(): Promise<void> | void;
}

const scope = { account: '111122223333', region: 'us-east-1' };

function alias(name: string, keyId = 'k1', where = scope): AliasRow {
  return { ...where, name, keyId, creationDate: 1, lastUpdatedDate: 1 };
}

function key(keyId: string, more: Partial<KeyRow> = {}): KeyRow {
  return {
    ...scope,
    keyId,
    description: '',
    enabled: true,
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    keyManager: 'CUSTOMER',
    currentMaterialId: 'ab',
    creationDate: 1,
    policy: '{}',
    tags: [],
    ...more,
  };
}

/** Declares the tests that every engine must pass. Each test has its own database. */
export function describeStore(
  engine: string,
  makeWorld: () => Promise<StoreWorld> | StoreWorld,
): void {
  describe(`store contract: ${engine}`, () => {
    let world: StoreWorld;
    let store: Store;
    beforeEach(async () => {
      world = await makeWorld();
      store = world.open();
    });
    afterEach(async () => {
      await store.close();
      await world.remove();
    });
    const putAll = (...aliases: AliasRow[]): Promise<void> =>
      store.transact(async (transaction) => {
        for (const row of aliases) await transaction.put('aliases', row);
      });
    const aliasOf = (name: string): Promise<AliasRow | undefined> =>
      store.read((reader) => reader.get('aliases', scope.account, scope.region, name));

    it('returns a row as it was put, including nested values', async () => {
      const row = key('k1', {
        tags: [{ key: 'naïve 𝄞', value: '' }],
        description: `it's "quoted"`,
      });
      await store.transact((transaction) => transaction.put('keys', row));
      assert.deepEqual(
        await store.read((reader) => reader.get('keys', scope.account, scope.region, 'k1')),
        row,
      );
    });

    it('returns undefined for a missing row', async () => {
      assert.equal(await aliasOf('alias/none'), undefined);
    });

    it('replaces the row with the same key', async () => {
      await putAll(alias('alias/a', 'k1'));
      await putAll(alias('alias/a', 'k2'));
      assert.equal((await aliasOf('alias/a'))?.keyId, 'k2');
    });

    it('deletes a row, and ignores a missing one', async () => {
      await putAll(alias('alias/a'));
      await store.transact((transaction) =>
        transaction.delete('aliases', scope.account, scope.region, 'alias/a'),
      );
      await store.transact((transaction) =>
        transaction.delete('aliases', scope.account, scope.region, 'alias/a'),
      );
      assert.equal(await aliasOf('alias/a'), undefined);
    });

    it('rejects deletion by a partial key, which would match many rows', async () => {
      await putAll(alias('alias/a'));
      await assert.rejects(
        store.transact((transaction) => transaction.delete('aliases', scope.account)),
      );
      assert.ok(await aliasOf('alias/a'));
    });

    it('lists only the rows of a prefix, in key order', async () => {
      const elsewhere = { ...scope, region: 'us-east-2' };
      await putAll(
        alias('alias/c'),
        alias('alias/a'),
        alias('alias/b', 'k1', elsewhere),
        alias('alias/B'),
      );
      const names = async (...prefix: string[]) =>
        (await store.read((reader) => reader.list('aliases', prefix))).map(
          ({ region, name }) => `${region} ${name}`,
        );
      assert.deepEqual(await names(scope.account, scope.region), [
        'us-east-1 alias/B',
        'us-east-1 alias/a',
        'us-east-1 alias/c',
      ]);
      assert.equal((await names(scope.account)).at(-1), 'us-east-2 alias/b');
      assert.equal((await names()).length, 4);
    });

    it('lists page by page without skipping or repeating a row', async () => {
      const wanted = Array.from({ length: 25 }, (_, at) => `alias/${String(at).padStart(2, '0')}`);
      await putAll(...wanted.map((name) => alias(name)));
      const seen: string[] = [];
      for (;;) {
        const last = seen.at(-1);
        const after = last === undefined ? {} : { after: [scope.account, scope.region, last] };
        const page = await store.read((reader) =>
          reader.list('aliases', [scope.account, scope.region], { limit: 7, ...after }),
        );
        if (page.length === 0) break;
        seen.push(...page.map(({ name }) => name));
      }
      assert.deepEqual(seen, wanted);
    });

    it('accepts page starts outside the prefix, or with fewer or more parts than a key', async () => {
      await putAll(alias('alias/a'), alias('alias/b'));
      const count = async (...after: string[]) =>
        (
          await store.read((reader) =>
            reader.list('aliases', [scope.account, scope.region], { after }),
          )
        ).length;
      assert.equal(await count(), 2);
      assert.equal(await count('000000000000', 'x', 'y'), 2);
      assert.equal(await count('999999999999', 'x', 'y'), 0);
      assert.equal(await count(scope.account, scope.region, 'alias/a', 'more'), 1);
      assert.equal(await count('000000000000'), 2);
    });

    it('finds rows by all or the leading columns of an index, in key order, page by page', async () => {
      const inStore = { origin: 'AWS_CLOUDHSM', customKeyStoreId: 'cks-1' } as const;
      await store.transact(async (transaction) => {
        await transaction.put('keys', key('k3', inStore));
        await transaction.put('keys', key('k1', inStore));
        await transaction.put('keys', key('k2', { ...inStore, customKeyStoreId: 'cks-2' }));
        await transaction.put('keys', key('k4'));
      });
      const find = async (values: string[], page = {}) =>
        (await store.read((reader) => reader.find('keys', 'byStore', values, page))).map(
          ({ keyId }) => keyId,
        );
      assert.deepEqual(await find([scope.account, scope.region, 'cks-1']), ['k1', 'k3']);
      assert.deepEqual(
        await find([scope.account, scope.region, 'cks-1'], {
          after: [scope.account, scope.region, 'k1'],
        }),
        ['k3'],
      );
      assert.deepEqual(await find([scope.account, scope.region]), ['k1', 'k2', 'k3']);
      assert.deepEqual(await find([scope.account, scope.region], { limit: 2 }), ['k1', 'k2']);
    });

    it('omits a row without an index column from that index, also after an update', async () => {
      await store.transact(async (transaction) => {
        await transaction.put('keys', key('k1', { deletionDate: 5 }));
        await transaction.put('keys', key('k2'));
      });
      const due = async () =>
        (await store.read((reader) => reader.find('keys', 'byDeletion', []))).map(
          ({ keyId }) => keyId,
        );
      assert.deepEqual(await due(), ['k1']);
      assert.equal(
        (await store.read((reader) => reader.find('keys', 'byDeletion', [5]))).length,
        1,
      );
      await store.transact((transaction) => transaction.put('keys', key('k1')));
      assert.deepEqual(await due(), []);
    });

    it('finds due rows, earliest first', async () => {
      await store.transact(async (transaction) => {
        await transaction.put('keys', key('k1', { deletionDate: 7 }));
        await transaction.put('keys', key('k2', { deletionDate: 5 }));
        await transaction.put('keys', key('k3', { deletionDate: 8 }));
        await transaction.put('keys', key('k4'));
      });
      const due = async (until: number, limit?: number) =>
        (await store.read((reader) => reader.due('keys', 'byDeletion', until, limit))).map(
          ({ keyId }) => keyId,
        );
      assert.deepEqual(await due(7), ['k2', 'k1']);
      assert.deepEqual(await due(7, 1), ['k2']);
      assert.deepEqual(await due(4), []);
    });

    it('shows uncommitted writes only inside their transaction', async () => {
      await store.transact(async (transaction) => {
        await transaction.put('aliases', alias('alias/a'));
        assert.ok(await transaction.get('aliases', scope.account, scope.region, 'alias/a'));
        assert.equal(await aliasOf('alias/a'), undefined);
      });
      assert.ok(await aliasOf('alias/a'));
    });

    it('writes nothing when the transaction function throws, and passes the error on', async () => {
      const failure = new Error('no');
      const result = store.transact(async (transaction) => {
        await transaction.put('aliases', alias('alias/a'));
        throw failure;
      });
      await assert.rejects(result, failure);
      assert.equal(await aliasOf('alias/a'), undefined);
    });

    it('rolls back only the transactions that threw, out of many queued at once', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 100 }, (_, at) =>
          store.transact(async (transaction) => {
            await transaction.put('aliases', alias(`alias/${at}`));
            if (at % 3 === 0) throw new Error('no');
          }),
        ),
      );
      const rows = await store.read((reader) => reader.list('aliases', []));
      assert.equal(rows.length, results.filter(({ status }) => status === 'fulfilled').length);
      assert.equal(rows.length, 66);
      assert.ok(rows.every(({ name }) => Number(name.slice('alias/'.length)) % 3 !== 0));
    });

    it('runs transactions one after the other, even if their functions yield', async () => {
      await store.transact((transaction) =>
        transaction.put('settings', { name: 'count', value: '0' }),
      );
      const increment = async (transaction: Transaction): Promise<void> => {
        const { value } = (await transaction.get('settings', 'count')) ?? { value: 'none' };
        await new Promise((resolve) => setImmediate(resolve));
        await transaction.put('settings', { name: 'count', value: String(Number(value) + 1) });
      };
      await Promise.all(Array.from({ length: 20 }, () => store.transact(increment)));
      assert.equal((await store.read((reader) => reader.get('settings', 'count')))?.value, '20');
    });

    it('rejects reads and writes on an ended transaction', async () => {
      const kept = await store.transact(async (transaction) => ({ transaction }));
      await assert.rejects(kept.transaction.put('aliases', alias('alias/a')));
      await assert.rejects(kept.transaction.get('aliases', scope.account, scope.region, 'alias/a'));
      assert.equal(await aliasOf('alias/a'), undefined);
    });

    it('notifies subscribers of committed changes before transact resolves, and of nothing else', async () => {
      const notified: (readonly Change[])[] = [];
      const stop = store.subscribe((changes) => notified.push(changes));
      await putAll(alias('alias/a'), alias('alias/b'));
      assert.deepEqual(notified, [
        [
          { table: 'aliases', key: [scope.account, scope.region, 'alias/a'] },
          { table: 'aliases', key: [scope.account, scope.region, 'alias/b'] },
        ],
      ]);
      await store.transact(async (transaction) => transaction.get('aliases', 'x', 'y', 'z'));
      await assert.rejects(
        store.transact(async (transaction) => {
          await transaction.put('aliases', alias('alias/c'));
          throw new Error('no');
        }),
      );
      assert.equal(notified.length, 1);
      stop();
      await putAll(alias('alias/d'));
      assert.equal(notified.length, 1);
    });

    it('finishes pending transactions before it closes, and rejects all calls afterwards', async () => {
      const last = putAll(alias('alias/last'));
      await store.close();
      await last;
      await assert.rejects(store.read(async () => undefined));
      await assert.rejects(putAll(alias('alias/a')));
      await store.close();
      store = world.open();
      assert.ok(await aliasOf('alias/last'));
    });
  });
}
