import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PerformRequest } from '../../operations/index.ts';
import { startApi } from '../../../test/support/api-world.ts';
import { isAddressOrBlock } from './client-address.ts';

/** Returns the address and TLS flag that the inner half receives. */
async function received(
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
  // Proxies add their headers after the client has signed the request.
  await api.call({
    target: 'TrentService.ListKeys',
    tamper: (signed) => Object.assign(signed, headers),
  });
  return [asked?.sourceIp ?? '', asked?.secure ?? false];
}

const forwarded = (hops: string) => ({ 'x-forwarded-for': hops, 'x-forwarded-proto': 'https' });

describe('the client address', () => {
  it('is the peer of the connection, whatever its headers say', async () => {
    assert.deepEqual(await received([], forwarded('192.0.2.1')), ['127.0.0.1', false]);
    assert.deepEqual(await received(['10.0.0.0/8'], forwarded('192.0.2.1')), ['127.0.0.1', false]);
  });

  it('comes from the headers of a trusted proxy', async () => {
    assert.deepEqual(await received(['127.0.0.1'], forwarded('192.0.2.1')), ['192.0.2.1', true]);
    assert.deepEqual(await received(['127.0.0.0/8'], forwarded('2001:db8::1')), [
      '2001:db8::1',
      true,
    ]);
    assert.deepEqual(await received(['127.0.0.1'], { 'x-forwarded-for': '::ffff:192.0.2.1' }), [
      '192.0.2.1',
      false,
    ]);
  });

  it('is the last address that is not a trusted proxy: earlier ones may be forged', async () => {
    const proxies = ['127.0.0.1', '10.0.0.0/8'];
    assert.deepEqual(await received(proxies, forwarded('198.51.100.7, 192.0.2.1, 10.1.2.3')), [
      '192.0.2.1',
      true,
    ]);
    assert.deepEqual(await received(proxies, forwarded('10.9.9.9, 10.1.2.3')), ['10.9.9.9', true]);
    assert.deepEqual(await received(proxies, forwarded('unknown, , nonsense')), [
      '127.0.0.1',
      true,
    ]);
  });

  it('is that of the proxy if what the proxy wrote is not an address', async () => {
    const proxies = ['127.0.0.1', '10.0.0.0/8'];
    for (const written of ['192.0.2.1:5555', '[2001:db8::1]:443', 'unknown', '']) {
      assert.deepEqual(await received(proxies, forwarded(`198.51.100.7, ${written}`)), [
        '127.0.0.1',
        true,
      ]);
      assert.deepEqual(await received(proxies, forwarded(`198.51.100.7, ${written}, 10.1.2.3`)), [
        '10.1.2.3',
        true,
      ]);
    }
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
