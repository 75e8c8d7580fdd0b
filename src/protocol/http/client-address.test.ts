import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PerformRequest } from '../../operations/index.ts';
import { startApi } from '../../../test/support/api-world.ts';
import { isAddressOrBlock } from './client-address.ts';

/** What the inner half is told of where a request comes from. */
async function told(
  trustedProxies: readonly string[],
  headers: Record<string, string>,
): Promise<[string, boolean]> {
  let asked: PerformRequest | undefined;
  await using api = await startApi(
    async (request) => {
      asked = request;
      return {};
    },
    { trustedProxies },
  );
  // Proxies add their headers after the client has signed.
  await api.call({
    target: 'TrentService.ListKeys',
    tamper: (signed) => Object.assign(signed, headers),
  });
  return [asked?.sourceIp ?? '', asked?.secure ?? false];
}

const forwarded = (hops: string) => ({ 'x-forwarded-for': hops, 'x-forwarded-proto': 'https' });

describe('where a request comes from', () => {
  it('is the other end of the connection, whatever it says of itself', async () => {
    assert.deepEqual(await told([], forwarded('192.0.2.1')), ['127.0.0.1', false]);
    assert.deepEqual(await told(['10.0.0.0/8'], forwarded('192.0.2.1')), ['127.0.0.1', false]);
  });

  it('is what a trusted proxy says', async () => {
    assert.deepEqual(await told(['127.0.0.1'], forwarded('192.0.2.1')), ['192.0.2.1', true]);
    assert.deepEqual(await told(['127.0.0.0/8'], forwarded('2001:db8::1')), ['2001:db8::1', true]);
    assert.deepEqual(await told(['127.0.0.1'], { 'x-forwarded-for': '::ffff:192.0.2.1' }), [
      '192.0.2.1',
      false,
    ]);
  });

  it('is the last of the chain that is no proxy of ours: what comes before, the client may have made up', async () => {
    const proxies = ['127.0.0.1', '10.0.0.0/8'];
    assert.deepEqual(await told(proxies, forwarded('198.51.100.7, 192.0.2.1, 10.1.2.3')), [
      '192.0.2.1',
      true,
    ]);
    assert.deepEqual(await told(proxies, forwarded('10.9.9.9, 10.1.2.3')), ['10.9.9.9', true]);
    assert.deepEqual(await told(proxies, forwarded('unknown, , nonsense')), ['127.0.0.1', true]);
  });
});

describe('a trusted proxy', () => {
  it('is an address or a CIDR block', () => {
    for (const text of ['192.0.2.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])
      assert.ok(isAddressOrBlock(text), text);
    for (const text of [
      '',
      'proxy',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0/8',
      '::1/129',
    ])
      assert.ok(!isAddressOrBlock(text), text);
  });
});
