import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeAddress, isHostOf, vpcOf } from './network.ts';

const scope = { account: '111122223333', region: 'eu-west-1' };

test('the built-in network has one subnet per availability zone, with stable IDs', () => {
  const vpc = vpcOf(scope, 'range');
  assert.deepEqual(vpc, vpcOf(scope, 'range'));
  assert.match(vpc.vpcId, /^vpc-[0-9a-f]{17}$/);
  assert.deepEqual(
    vpc.subnets.map(({ availabilityZone }) => availabilityZone),
    ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  );
  for (const { subnetId, cidrBlock } of vpc.subnets) {
    assert.match(subnetId, /^subnet-[0-9a-f]{17}$/);
    assert.match(cidrBlock, /^127\.[1-9]\d*\.\d+\.0\/24$/);
  }
});

test('each account and Region has different IDs', () => {
  const scopes = [scope, { ...scope, account: '444455556666' }, { ...scope, region: 'us-east-1' }];
  const ids = scopes.flatMap((each) =>
    vpcOf(each, 'range').subnets.map(({ subnetId }) => subnetId),
  );
  assert.equal(new Set(ids).size, 9);
});

test('an HSM gets the lowest free address of its subnet', () => {
  const subnet = {
    subnetId: 'subnet-0',
    availabilityZone: 'eu-west-1a',
    cidrBlock: '127.9.16.0/24',
  };
  assert.equal(freeAddress(subnet, new Set()), '127.9.16.4');
  assert.equal(freeAddress(subnet, new Set(['127.9.16.4'])), '127.9.16.5');
  const all = new Set(Array.from({ length: 256 }, (_, host) => `127.9.16.${host}`));
  assert.equal(freeAddress(subnet, all), undefined);
  assert.equal(isHostOf(subnet, '127.9.16.254'), true);
  for (const foreign of ['127.9.16.3', '127.9.16.255', '127.9.17.4', '127.9.16.04', 'x'])
    assert.equal(isHostOf(subnet, foreign), false);
});

test('all HSMs share the address if there is only one loopback address', () => {
  const [subnet] = vpcOf(scope, 'single').subnets;
  assert.ok(subnet);
  assert.equal(freeAddress(subnet, new Set(['127.0.0.1'])), '127.0.0.1');
});
