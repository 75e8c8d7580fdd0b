import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DerivedCache } from './derived-cache.ts';

/** Values are `account/text`. */
const newCache = () =>
  new DerivedCache<string>({ capacity: 10, accountOf: (value) => value.split('/')[0] ?? '' });

describe('a cache of what is derived from rows', () => {
  it('keeps what was loaded until its key or its account changes', async () => {
    for (const change of ['key', 'account'] as const) {
      const cache = newCache();
      assert.equal(await cache.load('a', async () => '1/one'), '1/one');
      assert.equal(cache.get('a'), '1/one');
      if (change === 'key') cache.forget('a');
      else cache.forgetAccount('1');
      assert.equal(cache.get('a'), undefined, change);
      await cache.load('a', async () => '1/two');
      assert.equal(cache.get('a'), '1/two');
    }
  });

  it('does not keep what was being loaded when its key or its account changed', async () => {
    for (const change of ['key', 'account'] as const) {
      const cache = newCache();
      const reading = Promise.withResolvers<string>();
      const loading = cache.load('a', () => reading.promise);
      if (change === 'key') cache.forget('a');
      else cache.forgetAccount('1');
      reading.resolve('1/from old rows');
      assert.equal(await loading, '1/from old rows');
      assert.equal(cache.get('a'), undefined, change);
    }
  });

  it('minds no change of another account', async () => {
    const cache = newCache();
    const reading = Promise.withResolvers<string>();
    const loading = cache.load('a', () => reading.promise);
    cache.forgetAccount('2');
    reading.resolve('1/one');
    await loading;
    cache.forgetAccount('2');
    cache.forget('b');
    assert.equal(cache.get('a'), '1/one');
  });

  it('does not keep that there is nothing', async () => {
    const cache = newCache();
    assert.equal(await cache.load('a', async () => undefined), undefined);
    assert.equal(await cache.load('a', async () => '1/now'), '1/now');
  });
});
