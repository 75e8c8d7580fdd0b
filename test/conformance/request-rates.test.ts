/** AWS's request quotas, enabled by an option. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
} from '@aws-sdk/client-kms';
import { refused } from '../support/refused.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await startWorld(['--aws-rates']);
});
after(() => world[Symbol.asyncDispose]());

describe('with --aws-rates', () => {
  it('a request above its quota is rejected and recorded, and other operations succeed', async () => {
    const { KeyMetadata } = await world.kms.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    const wanted = {
      KeyId: KeyMetadata?.KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    } as const;
    // The quota is one request in four seconds, so one of two concurrent requests exceeds it.
    const [first, second] = await Promise.allSettled(
      [1, 2].map(() => world.kms.send(new GetParametersForImportCommand(wanted))),
    );
    const [late] = [first, second].filter((one) => one?.status === 'rejected');
    assert.ok(late && [first, second].some((one) => one?.status === 'fulfilled'));
    await refused(
      Promise.reject(late.reason),
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    );
    assert.ok(await world.kms.send(new DescribeKeyCommand({ KeyId: wanted.KeyId })));
    const throttled = auditEvents(world.data).filter(
      ({ errorCode }) => errorCode === 'ThrottlingException',
    );
    assert.deepEqual(
      throttled.map(({ eventName }) => eventName),
      ['GetParametersForImport'],
    );
  });

  it('each Region has separate quotas', async () => {
    const elsewhere = world.kmsIn('eu-central-1');
    const { KeyMetadata } = await elsewhere.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    const wanted = {
      KeyId: KeyMetadata?.KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    } as const;
    assert.ok(await elsewhere.send(new GetParametersForImportCommand(wanted)));
  });
});
