import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKmsError, type KeyRow, type KeySpec } from '../../domain/index.ts';
import { awsRate } from './aws-rates.ts';
import {
  defaultRates,
  RequestLimits,
  type CountedRequest,
  type RequestRates,
} from './request-limits.ts';

function key(keySpec: KeySpec, customKeyStoreId?: string): KeyRow {
  return {
    account: '111122223333',
    region: 'us-east-1',
    keyId: 'k',
    description: '',
    enabled: true,
    keySpec,
    keyUsage: 'ENCRYPT_DECRYPT',
    origin: customKeyStoreId === undefined ? 'AWS_KMS' : 'AWS_CLOUDHSM',
    keyManager: 'CUSTOMER',
    creationDate: 0,
    policy: '{}',
    tags: [],
    ...(customKeyStoreId !== undefined && { customKeyStoreId }),
  };
}

const request: CountedRequest = {
  operation: 'Encrypt',
  cryptographic: true,
  account: '111122223333',
  region: 'sa-east-1',
  keys: [key('SYMMETRIC_DEFAULT')],
  input: {},
};

/** Counts how many of `most` requests at one moment are admitted. */
function allowed(
  rates: RequestRates,
  most: number,
  ...requests: readonly CountedRequest[]
): number {
  const limits = new RequestLimits(rates, { now: () => 0 });
  let count = 0;
  for (let at = 0; at < most; at += 1) {
    try {
      limits.require(requests[at % requests.length] ?? request);
      count += 1;
    } catch (error) {
      assert.ok(isKmsError(error) && error.code === 'ThrottlingException');
    }
  }
  return count;
}

describe('request rates', () => {
  it('limit each custom key store separately, and nothing else by default', () => {
    const inStore = (id: string): CountedRequest => ({
      ...request,
      keys: [key('SYMMETRIC_DEFAULT', id)],
    });
    assert.equal(allowed(defaultRates, 2_000, inStore('cks-1')), 1_800);
    assert.equal(allowed(defaultRates, 4_000, inStore('cks-1'), inStore('cks-2')), 3_600);
    assert.equal(
      allowed(defaultRates, 2_000, {
        ...inStore('cks-1'),
        operation: 'DescribeKey',
        cryptographic: false,
      }),
      2_000,
    );
    assert.equal(allowed(defaultRates, 20_000, request), 20_000);
    assert.equal(allowed({ aws: false }, 2_000, inStore('cks-1')), 2_000);
  });

  it('of AWS are shared by the operations of one key type in one account and Region', () => {
    const aws: RequestRates = { aws: true };
    assert.equal(allowed(aws, 12_000, request, { ...request, operation: 'Decrypt' }), 5_500);
    assert.equal(allowed(aws, 12_000, request, { ...request, region: 'sa-east-2' }), 11_000);
    assert.equal(allowed(aws, 12_000, request, { ...request, account: '444455556666' }), 11_000);
    assert.equal(
      allowed(aws, 12_000, request, { ...request, operation: 'Sign', keys: [key('RSA_2048')] }),
      6_500,
    );
  });

  it('recover over time', () => {
    let now = 0;
    const limits = new RequestLimits({ aws: true }, { now: () => now });
    const slow: CountedRequest = {
      ...request,
      operation: 'GetParametersForImport',
      cryptographic: false,
      keys: [],
    };
    limits.require(slow);
    assert.throws(() => limits.require(slow));
    now = 3_900;
    assert.throws(() => limits.require(slow));
    now = 4_000;
    limits.require(slow);
  });

  it('match the Developer Guide', () => {
    const perSecond = (operation: string, more: object = {}) =>
      awsRate({ operation, region: 'us-east-1', ...more }).perSecond;
    assert.equal(perSecond('Encrypt'), 50_000);
    assert.equal(perSecond('Sign', { keySpec: 'ECC_NIST_P256' }), 1_000);
    assert.equal(perSecond('GenerateMac', { keySpec: 'HMAC_256' }), 50_000);
    assert.equal(perSecond('GenerateDataKeyPair', { pairSpec: 'RSA_4096' }), 0.1);
    assert.equal(perSecond('DescribeKey'), 2_000);
    assert.equal(perSecond('CreateKey'), 5);
  });
});
