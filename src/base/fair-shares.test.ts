import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairShares, networkOf } from './fair-shares.ts';

test('one address can take all places, and then gives up its oldest ones', () => {
  const shares = new FairShares<number>(3);
  for (const holder of [1, 2, 3]) shares.take(holder, '192.0.2.1');
  assert.equal(shares.surplus, undefined);
  shares.take(4, '192.0.2.1');
  assert.equal(shares.surplus, 1);
  shares.release(1, '192.0.2.1');
  assert.equal(shares.surplus, undefined);
});

test('an address that has few places keeps them, however many others want', () => {
  const shares = new FairShares<string>(4);
  shares.take('modest', '192.0.2.1');
  for (let count = 0; count < 20; count += 1) {
    shares.take(`greedy ${count}`, '192.0.2.2');
    for (let surplus = shares.surplus; surplus !== undefined; surplus = shares.surplus) {
      assert.match(surplus, /^greedy/);
      shares.release(surplus, '192.0.2.2');
    }
  }
});

test('places can differ in size', () => {
  const shares = new FairShares<string>(100);
  shares.take('small', '192.0.2.1', 10);
  shares.take('large', '192.0.2.2', 40);
  shares.take('large', '192.0.2.2', 40);
  assert.equal(shares.surplus, undefined);
  shares.take('small', '192.0.2.1', 20);
  assert.equal(shares.surplus, 'large');
});

test('an IPv6 network of 64 bits counts as one address, an IPv4 address as itself', () => {
  const cases = {
    '192.0.2.1': '192.0.2.1',
    '::ffff:192.0.2.1': '192.0.2.1',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2',
    '2001:db8:1:2::': '2001:db8:1:2',
    '2001:DB8::1': '2001:db8:0:0',
    '2001:0db8:0000::1': '2001:db8:0:0',
    '::1': '0:0:0:0',
    'fe80::1%eth0': 'fe80:0:0:0',
    '': '',
  };
  for (const [address, network] of Object.entries(cases))
    assert.equal(networkOf(address), network, address);
});
