import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DerivedCache } from './derived-cache.ts';

describe('a cache of what is derived from rows', () => {
  it('keeps what was loaded until it is forgotten', async () => {
    const cache = new DerivedCache<string>(10);
    assert.equal(await cache.load('a', async () => 'one'), 'one');
    assert.equal(cache.get('a'), 'one');
    cache.forget('a');
    assert.equal(cache.get('a'), undefined);
  });

  it('does not keep what was being loaded when something changed', async () => {
    for (const change of ['forget', 'forgetAll'] as const) {
      const cache = new DerivedCache<string>(10);
      const reading = Promise.withResolvers<string>();
      const loading = cache.load('a', () => reading.promise);
      if (change === 'forget') cache.forget('b');
      else cache.forgetAll();
      reading.resolve('from old rows');
      assert.equal(await loading, 'from old rows');
      assert.equal(cache.get('a'), undefined, change);
    }
  });

  it('does not keep that there is nothing', async () => {
    const cache = new DerivedCache<string>(10);
    assert.equal(await cache.load('a', async () => undefined), undefined);
    assert.equal(await cache.load('a', async () => 'now'), 'now');
  });
});
