import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { awsQuotas } from '../operations/index.ts';
import {
  parseAccount,
  parseDuration,
  parseHsmRate,
  parsePort,
  parseRate,
  parseRateOrNone,
  parseRegion,
} from './option-values.ts';
import { parseProxy, parseQuota } from './options.ts';

describe('the options of keyhold up', () => {
  it('accept times in days, hours, minutes and seconds', () => {
    assert.equal(parseDuration('400d'), 400 * 86_400_000);
    assert.equal(parseDuration('12h'), 43_200_000);
    assert.equal(parseDuration('-30m'), -1_800_000);
    assert.equal(parseDuration('15s'), 15_000);
    for (const text of ['', '400', 'd', '1.5h', '1w', '1d2h'])
      assert.throws(() => parseDuration(text), InvalidArgumentError, text);
  });

  it('accept ports, accounts and Regions, and reject malformed ones', () => {
    assert.equal(parsePort('0'), 0);
    for (const text of ['-1', '65536', 'http', ''])
      assert.throws(() => parsePort(text), InvalidArgumentError, text);
    assert.equal(parseAccount('111122223333'), '111122223333');
    for (const text of ['1', '1111-2222-3333'])
      assert.throws(() => parseAccount(text), InvalidArgumentError, text);
    assert.equal(parseRegion('us-gov-west-1'), 'us-gov-west-1');
    for (const text of ['mars', 'EU-CENTRAL-1', ''])
      assert.throws(() => parseRegion(text), InvalidArgumentError, text);
  });

  it('accept rates above zero', () => {
    assert.deepEqual(['100', '0.5'].map(parseRate), [100, 0.5]);
    assert.deepEqual(['100', 'none'].map(parseRateOrNone), [100, Infinity]);
    for (const text of ['', '0', '-1', '1e9', 'x'])
      assert.throws(() => parseRate(text), InvalidArgumentError, text);
  });

  it('accept an HSM’s rates for all operations or by class', () => {
    assert.deepEqual(parseHsmRate('2000'), { symmetric: 2000, asymmetric: 2000, other: 2000 });
    assert.deepEqual(parseHsmRate('asymmetric=0.5', parseHsmRate('symmetric=90')), {
      symmetric: 90,
      asymmetric: 0.5,
    });
    for (const text of ['', 'symmetric', 'symmetric=', 'rsa=1', 'other=0', '10', 'symmetric=19'])
      assert.throws(() => parseHsmRate(text), InvalidArgumentError, text);
  });

  it('accept quotas by name, one at a time', () => {
    const quotas = parseQuota('aliasesPerKey=2', parseQuota('keys=500', awsQuotas));
    assert.deepEqual(quotas, { ...awsQuotas, keys: 500, aliasesPerKey: 2 });
    for (const text of ['keys', 'keys=', 'keys=-1', 'keys=many', 'toString=1', '']) {
      assert.throws(() => parseQuota(text, awsQuotas), InvalidArgumentError, text);
    }
  });

  it('accept proxies by address or CIDR block, one at a time', () => {
    assert.deepEqual(parseProxy('fd00::/8', parseProxy('192.0.2.1', [])), [
      '192.0.2.1',
      'fd00::/8',
    ]);
    assert.throws(() => parseProxy('proxy', []), InvalidArgumentError);
  });
});
