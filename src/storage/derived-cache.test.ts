import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { DerivedCache } from './derived-cache.ts';

/** Values are `group/text`. */
const newCache = () =>
  new DerivedCache<string>({ capacity: 10, groupOf: (value) => value.split('/')[0] ?? '' });

describe('DerivedCache', () => {
  it('keeps a value until its key or its group changes', async () => {
    for (const change of ['key', 'group'] as const) {
      const cache = newCache();
      assert.equal(await cache.load('a', async () => '1/one'), '1/one');
      assert.equal(cache.get('a'), '1/one');
      if (change === 'key') cache.forget('a');
      else cache.forgetGroup('1');
      assert.equal(cache.get('a'), undefined, change);
      await cache.load('a', async () => '1/two');
      assert.equal(cache.get('a'), '1/two');
    }
  });

  it('does not keep a value whose key or group changed while it was loaded', async () => {
    for (const change of ['key', 'group'] as const) {
      const cache = newCache();
      const rows = Promise.withResolvers<string>();
      const loading = cache.load('a', () => rows.promise);
      if (change === 'key') cache.forget('a');
      else cache.forgetGroup('1');
      rows.resolve('1/from old rows');
      assert.equal(await loading, '1/from old rows');
      assert.equal(cache.get('a'), undefined, change);
    }
  });

  it('keeps a value when another key or group changes', async () => {
    const cache = newCache();
    const rows = Promise.withResolvers<string>();
    const loading = cache.load('a', () => rows.promise);
    cache.forgetGroup('2');
    rows.resolve('1/one');
    await loading;
    cache.forgetGroup('2');
    cache.forget('b');
    assert.equal(cache.get('a'), '1/one');
  });

  it('does not cache absence', async () => {
    const cache = newCache();
    assert.equal(await cache.load('a', async () => undefined), undefined);
    assert.equal(await cache.load('a', async () => '1/now'), '1/now');
  });

  it('shares a load among concurrent callers, but not across a change', async () => {
    for (const change of ['key', 'group'] as const) {
      const cache = newCache();
      const loads: PromiseWithResolvers<string>[] = [];
      const load = () =>
        cache.load('a', () => {
          const rows = Promise.withResolvers<string>();
          loads.push(rows);
          return rows.promise;
        });
      const early = [load(), load()];
      if (change === 'key') cache.forget('a');
      else cache.forgetGroup('1');
      const late = [load(), load()];
      assert.equal(loads.length, 2);
      // The late load ends first: the early one must not replace its value.
      loads[1]?.resolve('1/new');
      assert.deepEqual(await Promise.all(late), ['1/new', '1/new']);
      loads[0]?.resolve('1/old');
      assert.deepEqual(await Promise.all(early), ['1/old', '1/old']);
      assert.equal(cache.get('a'), '1/new');
    }
  });

  it('passes a failed load on to all who share it, and loads again for the next caller', async () => {
    const cache = newCache();
    const rows = Promise.withResolvers<string>();
    const failing = [cache.load('a', () => rows.promise), cache.load('a', () => rows.promise)];
    rows.reject(new Error('disk'));
    for (const { status } of await Promise.allSettled(failing)) assert.equal(status, 'rejected');
    assert.equal(await cache.load('a', async () => '1/one'), '1/one');
  });

  it('holds no more values than its capacity', async () => {
    const cache = newCache();
    for (let n = 0; n < 25; n += 1) await cache.load(`key ${n}`, async () => `${n % 3}/value`);
    assert.equal(cache.size, 10);
    for (const group of ['0', '1', '2']) cache.forgetGroup(group);
    assert.equal(cache.size, 0);
  });
});

describe('DerivedCache, under any interleaving of loads, changes and evictions', () => {
  const KEYS = ['a', 'b', 'c'];
  const GROUPS = ['1', '2'];

  type Step =
    | { readonly do: 'get' | 'change' | 'move' | 'delete'; readonly key: string }
    | { readonly do: 'change group'; readonly group: string }
    | { readonly do: 'read' | 'deliver' | 'fail'; readonly nth: number };

  const key = fc.constantFrom(...KEYS);
  const nth = fc.nat(3);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 10, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('change', 'move', 'delete'), key }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('change group' as const),
        group: fc.constantFrom(...GROUPS),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom('read', 'deliver', 'deliver', 'deliver', 'fail'),
        nth,
      }),
    },
  );

  /**
   * Rows as they were read. Versions count the changes of the key's row and of the group's rows.
   */
  interface Value {
    readonly group: string;
    readonly keyVersion: number;
    readonly groupVersion: number;
  }

  /**
   * One load. It reads its rows and delivers what is derived from them, each when a step says so.
   */
  interface Loading {
    rows: Value | undefined | 'unread';
    readonly result: PromiseWithResolvers<Value | undefined>;
  }

  async function run(steps: readonly Step[], capacity: number): Promise<{ hits: number }> {
    const cache = new DerivedCache<Value>({ capacity, groupOf: ({ group }) => group });
    const rows = new Map(KEYS.map((name) => [name, { group: '1', version: 0, there: true }]));
    const groups = new Map(GROUPS.map((name) => [name, 0]));
    const loadings: { readonly key: string; readonly loading: Loading }[] = [];
    const answers: Promise<void>[] = [];
    let hits = 0;

    const rowOf = (name: string) => {
      const row = rows.get(name);
      assert.ok(row);
      return row;
    };
    const read = (name: string): Value | undefined => {
      const { group, version, there } = rowOf(name);
      const groupVersion = groups.get(group) ?? 0;
      return there ? { group, keyVersion: version, groupVersion } : undefined;
    };
    const check = (value: Value | undefined, name: string, asOf: ReadonlyMap<string, number>) => {
      if (!value) return;
      assert.ok(value.keyVersion >= (asOf.get(`key ${name}`) ?? 0), 'an old row of the key');
      assert.ok(
        value.groupVersion >= (asOf.get(`group ${value.group}`) ?? 0),
        'old rows of the group',
      );
    };
    const announced = (): ReadonlyMap<string, number> =>
      new Map([
        ...Array.from(rows, ([name, { version }]) => [`key ${name}`, version] as const),
        ...Array.from(groups, ([name, version]) => [`group ${name}`, version] as const),
      ]);

    for (const one of steps) {
      switch (one.do) {
        case 'get': {
          const asOf = announced();
          const known = cache.get(one.key);
          if (known) {
            hits += 1;
            check(known, one.key, asOf);
            break;
          }
          const loaded = cache.load(one.key, () => {
            const loading: Loading = { rows: 'unread', result: Promise.withResolvers() };
            loadings.push({ key: one.key, loading });
            return loading.result.promise;
          });
          answers.push(
            loaded.then(
              (value) => check(value, one.key, asOf),
              () => undefined,
            ),
          );
          break;
        }
        case 'change':
        case 'move':
        case 'delete': {
          const row = rowOf(one.key);
          row.version += 1;
          row.there = one.do !== 'delete';
          if (one.do === 'move') row.group = row.group === '1' ? '2' : '1';
          cache.forget(one.key);
          break;
        }
        case 'change group':
          groups.set(one.group, (groups.get(one.group) ?? 0) + 1);
          cache.forgetGroup(one.group);
          break;
        case 'read':
        case 'deliver':
        case 'fail': {
          const at = one.nth % Math.max(1, loadings.length);
          const { key: name, loading } = loadings[at] ?? {};
          if (name === undefined || !loading) break;
          if (one.do === 'read') {
            if (loading.rows === 'unread') loading.rows = read(name);
            break;
          }
          if (one.do === 'fail') loading.result.reject(new Error('disk'));
          else loading.result.resolve(loading.rows === 'unread' ? read(name) : loading.rows);
          loadings.splice(at, 1);
          // Lets the cache take the value before the next step.
          await new Promise(setImmediate);
        }
      }
      assert.ok(cache.size <= capacity);
    }
    for (const { key: name, loading } of loadings)
      loading.result.resolve(loading.rows === 'unread' ? read(name) : loading.rows);
    await Promise.all(answers);
    return { hits };
  }

  it('never yields a value from before a change that was announced before the get', async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, capacity) => {
          ({ hits } = await run(steps, capacity).then((result) => ({ hits: hits + result.hits })));
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(hits > 300, `only ${hits} hits: the property was hardly tested`);
  });
});
