/** LookupEvents with the AWS SDK and CLI, and `keyhold audit verify`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CloudTrailClient,
  LookupEventsCommand,
  type LookupAttributeKey,
  type LookupEventsCommandInput,
} from '@aws-sdk/client-cloudtrail';
import { CreateKeyCommand, DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { awsFiles } from '../support/aws-files.ts';
import { keyhold, run } from '../support/keyhold-cli.ts';
import { administrator, newUser, type Clients } from '../support/principals.ts';
import { startWorld, type World } from '../support/world.ts';

const noAwsCli =
  spawnSync('aws', ['--version'], { stdio: 'ignore' }).status !== 0 && 'needs the AWS CLI';

describe('the audit trail', () => {
  let world: World;
  let admin: Clients;
  let cloudtrail: CloudTrailClient;
  let keyArn = '';
  before(async () => {
    world = await startWorld();
    admin = administrator(world);
    const { credentials } = awsFiles(world.data);
    cloudtrail = new CloudTrailClient({
      region: world.region,
      endpoint: world.server.endpoint,
      credentials,
    });
    const { KeyMetadata } = await admin.kms.send(new CreateKeyCommand({}));
    keyArn = KeyMetadata?.Arn ?? '';
    const { CiphertextBlob } = await admin.kms.send(
      new EncryptCommand({ KeyId: keyArn, Plaintext: Buffer.from('x') }),
    );
    await admin.kms.send(new DecryptCommand({ CiphertextBlob }));
    const poor = await newUser(world, admin.iam, 'poor');
    await assert.rejects(poor.kms.send(new DecryptCommand({ CiphertextBlob })));
  });
  after(async () => {
    cloudtrail.destroy();
    await world[Symbol.asyncDispose]();
  });

  const lookup = (input: LookupEventsCommandInput = {}) =>
    cloudtrail.send(new LookupEventsCommand(input));
  const by = (AttributeKey: LookupAttributeKey, AttributeValue: string) =>
    lookup({ LookupAttributes: [{ AttributeKey, AttributeValue }] });

  it('lists the newest events first, including denials, in the format of CloudTrail', async () => {
    const { Events = [] } = await lookup();
    assert.deepEqual(
      Events.slice(0, 3).map(({ EventName, Username }) => `${EventName} by ${Username}`),
      ['Decrypt by poor', 'CreateAccessKey by admin', 'CreateUser by admin'],
    );
    const [denied] = Events;
    assert.deepEqual(
      [denied?.EventSource, denied?.ReadOnly, denied?.Resources],
      ['kms.amazonaws.com', 'true', [{ ResourceType: 'AWS::KMS::Key', ResourceName: keyArn }]],
    );
    const event = JSON.parse(denied?.CloudTrailEvent ?? '{}') as Record<string, unknown>;
    assert.equal(event['errorCode'], 'AccessDeniedException');
    assert.equal(event['eventID'], denied?.EventId);
    assert.ok(!('keyholdChain' in event));
  });

  it('can be searched by each lookup attribute', async () => {
    const { accessKeyId } = awsFiles(world.data).credentials;
    const id = (await lookup({ MaxResults: 1 })).Events?.[0]?.EventId ?? '';
    const names = async (answer: ReturnType<typeof by>) =>
      [...new Set((await answer).Events?.map(({ EventName = '' }) => EventName))].toSorted();
    assert.deepEqual(await names(by('EventName', 'CreateKey')), ['CreateKey']);
    assert.deepEqual(await names(by('ResourceName', keyArn)), ['CreateKey', 'Decrypt', 'Encrypt']);
    assert.deepEqual(await names(by('ResourceType', 'AWS::KMS::Key')), [
      'CreateKey',
      'Decrypt',
      'Encrypt',
    ]);
    assert.deepEqual(await names(by('EventSource', 'iam.amazonaws.com')), [
      'CreateAccessKey',
      'CreateUser',
    ]);
    assert.deepEqual(await names(by('Username', 'poor')), ['Decrypt']);
    assert.deepEqual(await names(by('ReadOnly', 'false')), [
      'CreateAccessKey',
      'CreateKey',
      'CreateUser',
    ]);
    assert.ok((await by('AccessKeyId', accessKeyId)).Events?.length);
    assert.equal((await by('EventId', id)).Events?.length, 1);
    assert.deepEqual((await by('EventName', 'Nothing')).Events, []);
  });

  it('is listed in pages, and by time range', async () => {
    const first = await lookup({
      MaxResults: 2,
      LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: keyArn }],
    });
    assert.equal(first.Events?.length, 2);
    const { NextToken } = first;
    const rest = await lookup({
      LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: keyArn }],
      NextToken,
    });
    assert.deepEqual(
      [...(first.Events ?? []), ...(rest.Events ?? [])].map(({ EventName }) => EventName),
      ['Decrypt', 'Decrypt', 'Encrypt', 'CreateKey'],
    );
    await assert.rejects(lookup({ NextToken }), { name: 'InvalidNextTokenException' });
    await assert.rejects(lookup({ StartTime: new Date(1000), EndTime: new Date(0) }), {
      name: 'InvalidTimeRangeException',
    });
    assert.deepEqual(
      (await lookup({ StartTime: new Date(0), EndTime: new Date(1000) })).Events,
      [],
    );
  });

  it('can be searched with the AWS CLI', { skip: noAwsCli }, async () => {
    const args = [
      'cloudtrail',
      'lookup-events',
      '--lookup-attributes',
      'AttributeKey=EventName,AttributeValue=CreateKey',
      '--query',
    ];
    const { stdout, stderr } = await run(
      'aws',
      [...args, 'Events[0].Resources[0].ResourceName', '--output', 'text'],
      {
        ...world.environment(),
        AWS_PAGER: '',
      },
    );
    assert.equal(stdout.trim(), keyArn, stderr);
  });

  it('is verified against an earlier head, and verification fails after a change', async () => {
    const verify = (...args: string[]) =>
      keyhold(['audit', 'verify', '--data', world.data, ...args], world.environment());
    const whole = await verify('--json');
    assert.equal(whole.code, 0, whole.stdout);
    const { head, keys } = JSON.parse(whole.stdout) as {
      head: { sequence: number; hash: string };
      keys: string[];
    };
    await lookup();
    await world.stop();
    const kept = ['--head', `${head.sequence}:${head.hash}`, '--key', keys[0] ?? ''];
    assert.match(
      (await verify(...kept)).stdout,
      /^No change of the audit trail was found\.\n[^]*Vouched for: +events 1 to \d+, by the checkpoint/,
    );
    const path = join(world.data, 'audit', 'trail.ndjson');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('"userName":"poor"', '"userName":"p00r"'),
    );
    const changed = await verify(...kept);
    assert.equal(changed.code, 1);
    assert.match(
      changed.stdout,
      /was changed, or is not complete:\n.*line \d+: event \d+ or an earlier one was changed/,
    );
  });
});
