/** Conditions in key policies against real requests, for condition keys of KMS and global ones. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { administrator, newUser } from '../support/principals.ts';
import { startWorld, type World } from '../support/world.ts';

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Act = (kms: KMSClient, key: Subject) => Promise<unknown>;

interface Subject {
  readonly arn: string;
  readonly keyId: string;
  readonly alias: string;
  readonly blob: Uint8Array;
}

let world: World;
let account: string;
let admin: string;
let subject: Subject;
const Plaintext = Buffer.from('secret');
const App = { App: 'ledger', Stage: 'test' };

/**
 * Returns a key policy that allows the account everything, and denies an action under conditions.
 */
function policy(action: string, conditions: Conditions): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      { Effect: 'Deny', Principal: '*', Action: action, Resource: '*', Condition: conditions },
    ],
  });
}

/** Returns whether the deny of `action` under `conditions` applies to a request. */
async function denies(action: string, conditions: Conditions, act: Act): Promise<boolean> {
  const { kms } = world;
  await kms.send(
    new PutKeyPolicyCommand({ KeyId: subject.keyId, Policy: policy(action, conditions) }),
  );
  try {
    await act(kms, subject);
    return false;
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'AccessDeniedException', error.message);
    assert.match(error.message, /with an explicit deny in a resource-based policy$/);
    return true;
  } finally {
    await kms.send(
      new PutKeyPolicyCommand({ KeyId: subject.keyId, Policy: policy('kms:Nothing', {}) }),
    );
  }
}

before(async () => {
  world = await startWorld();
  const who = await world.sts.send(new GetCallerIdentityCommand({}));
  account = who.Account ?? '';
  admin = who.Arn ?? '';
  const { KeyMetadata } = await world.kms.send(
    new CreateKeyCommand({ Tags: [{ TagKey: 'Team', TagValue: 'blue' }] }),
  );
  const keyId = KeyMetadata?.KeyId ?? '';
  const alias = 'alias/conditions';
  await world.kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: keyId }));
  const { CiphertextBlob } = await world.kms.send(
    new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext: App }),
  );
  subject = { arn: KeyMetadata?.Arn ?? '', keyId, alias, blob: CiphertextBlob ?? new Uint8Array() };
});
after(() => world[Symbol.asyncDispose]());

const encrypt: Act = (kms, { keyId }) =>
  kms.send(new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext: App }));
const byAlias: Act = (kms, { alias }) => kms.send(new EncryptCommand({ KeyId: alias, Plaintext }));
const decrypt: Act = (kms, { blob }) =>
  kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: App }));
const dataKey: Act = (kms, { keyId }) =>
  kms.send(new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256' }));
const describeKey: Act = (kms, { keyId }) => kms.send(new DescribeKeyCommand({ KeyId: keyId }));
const getPolicy: Act = (kms, { keyId }) => kms.send(new GetKeyPolicyCommand({ KeyId: keyId }));
const reEncrypt: Act = (kms, { keyId, blob }) =>
  kms.send(
    new ReEncryptCommand({
      CiphertextBlob: blob,
      SourceEncryptionContext: App,
      DestinationKeyId: keyId,
      DestinationEncryptionContext: { App: 'other' },
    }),
  );
const tag: Act = (kms, { keyId }) =>
  kms.send(new TagResourceCommand({ KeyId: keyId, Tags: [{ TagKey: 'Cost', TagValue: '42' }] }));
const untag: Act = (kms, { keyId }) =>
  kms.send(new UntagResourceCommand({ KeyId: keyId, TagKeys: ['Cost'] }));
/** Fails because of its waiting period, after authorisation. */
const scheduleDeletion: Act = async (kms, { keyId }) => {
  try {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 40 }));
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AccessDeniedException') throw error;
  }
};

type Case = readonly [action: string, act: Act, caught: boolean, conditions: () => Conditions];

const cases: readonly Case[] = [
  ['kms:Encrypt', encrypt, true, () => ({})],
  [
    'kms:Encrypt',
    encrypt,
    true,
    () => ({ StringEquals: { 'kms:EncryptionContext:App': 'ledger' } }),
  ],
  [
    'kms:Encrypt',
    encrypt,
    true,
    () => ({ StringEquals: { 'kms:EncryptionContext:app': 'ledger' } }),
  ],
  [
    'kms:Encrypt',
    encrypt,
    false,
    () => ({ StringEquals: { 'kms:EncryptionContext:App': 'Ledger' } }),
  ],
  [
    'kms:Encrypt',
    encrypt,
    true,
    () => ({ 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['App', 'Stage'] } }),
  ],
  [
    'kms:Encrypt',
    encrypt,
    false,
    () => ({ 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['App'] } }),
  ],
  ['kms:Decrypt', decrypt, true, () => ({ StringLike: { 'kms:EncryptionContext:Stage': 't*' } })],
  [
    'kms:Decrypt',
    decrypt,
    true,
    () => ({ StringEquals: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' } }),
  ],
  ['kms:GenerateDataKey', dataKey, true, () => ({ Null: { 'kms:EncryptionContextKeys': 'true' } })],
  [
    'kms:ReEncryptFrom',
    reEncrypt,
    true,
    () => ({ StringEquals: { 'kms:EncryptionContext:App': 'ledger' } }),
  ],
  [
    'kms:ReEncryptTo',
    reEncrypt,
    false,
    () => ({ StringEquals: { 'kms:EncryptionContext:App': 'ledger' } }),
  ],
  [
    'kms:ReEncryptTo',
    reEncrypt,
    true,
    () => ({ StringEquals: { 'kms:EncryptionContext:App': 'other' } }),
  ],
  ['kms:ReEncryptTo', reEncrypt, true, () => ({ Bool: { 'kms:ReEncryptOnSameKey': true } })],
  [
    'kms:Encrypt',
    byAlias,
    true,
    () => ({ StringEquals: { 'kms:RequestAlias': 'alias/conditions' } }),
  ],
  ['kms:Encrypt', encrypt, false, () => ({ StringLike: { 'kms:RequestAlias': '*' } })],
  [
    'kms:Encrypt',
    encrypt,
    true,
    () => ({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/conditions' } }),
  ],
  [
    'kms:DescribeKey',
    describeKey,
    true,
    () => ({
      StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:KeyUsage': 'ENCRYPT_DECRYPT' },
    }),
  ],
  [
    'kms:DescribeKey',
    describeKey,
    true,
    () => ({ StringEquals: { 'kms:KeyOrigin': 'AWS_KMS' }, Bool: { 'kms:MultiRegion': false } }),
  ],
  ['kms:DescribeKey', describeKey, false, () => ({ Null: { 'kms:MultiRegionKeyType': false } })],
  [
    'kms:DescribeKey',
    describeKey,
    true,
    () => ({ StringEquals: { 'kms:CallerAccount': account } }),
  ],
  [
    'kms:DescribeKey',
    describeKey,
    true,
    () => ({ Null: { 'kms:ViaService': true, 'kms:GrantIsForAWSResource': true } }),
  ],
  [
    'kms:ScheduleKeyDeletion',
    scheduleDeletion,
    true,
    () => ({ NumericGreaterThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': 30 } }),
  ],
  [
    'kms:ScheduleKeyDeletion',
    scheduleDeletion,
    true,
    () => ({ NumericLessThan: { 'kms:TrailingDaysWithoutKeyUsage': 1 } }),
  ],
  [
    'kms:ScheduleKeyDeletion',
    scheduleDeletion,
    false,
    () => ({ NumericGreaterThan: { 'kms:TrailingDaysWithoutKeyUsage': 1 } }),
  ],
  ['kms:TagResource', tag, true, () => ({ StringEquals: { 'aws:RequestTag/Cost': '42' } })],
  [
    'kms:TagResource',
    tag,
    true,
    () => ({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Cost'] } }),
  ],
  [
    'kms:UntagResource',
    untag,
    true,
    () => ({
      'ForAnyValue:StringEquals': { 'aws:TagKeys': ['Cost'] },
      Null: { 'aws:RequestTag/Cost': true },
    }),
  ],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({ StringEquals: { 'aws:ResourceTag/team': 'blue' } }),
  ],
  ['kms:GetKeyPolicy', getPolicy, true, () => ({ ArnEquals: { 'aws:PrincipalArn': admin } })],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({ StringEquals: { 'aws:PrincipalAccount': account, 'aws:ResourceAccount': account } }),
  ],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({ StringEquals: { 'aws:PrincipalType': 'User', 'aws:username': 'admin' } }),
  ],
  ['kms:GetKeyPolicy', getPolicy, true, () => ({ StringLike: { 'aws:userid': 'AIDA*' } })],
  ['kms:GetKeyPolicy', getPolicy, true, () => ({ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } })],
  ['kms:GetKeyPolicy', getPolicy, false, () => ({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({ Bool: { 'aws:SecureTransport': false, 'aws:ViaAWSService': false } }),
  ],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({
      StringEquals: { 'aws:RequestedRegion': 'us-east-1' },
      StringLike: { 'aws:UserAgent': 'aws-sdk-js/*' },
    }),
  ],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({ DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }),
  ],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({
      NumericGreaterThan: { 'aws:EpochTime': '1577836800' },
      DateGreaterThan: { 'aws:EpochTime': '1577836800' },
    }),
  ],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({
      Null: {
        'aws:TokenIssueTime': true,
        'aws:MultiFactorAuthPresent': true,
        'aws:CalledVia': true,
      },
    }),
  ],
  [
    'kms:GetKeyPolicy',
    getPolicy,
    true,
    () => ({
      StringEquals: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/\${aws:username}` },
    }),
  ],
];

describe('a condition in a key policy', () => {
  for (const [action, act, caught, conditions] of cases) {
    const name = conditions
      .toString()
      .replace(/^\(\) => \(?/, '')
      .replace(/\)$/, '');
    it(`${caught ? 'matches' : 'does not match'} ${name} in ${action}`, async () => {
      assert.equal(await denies(action, conditions(), act), caught);
    });
  }
});

describe('PutKeyPolicy', () => {
  const put = (statement: object | readonly object[]): Promise<unknown> =>
    world.kms.send(
      new PutKeyPolicyCommand({
        KeyId: subject.keyId,
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: statement }),
      }),
    );
  const allow = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };

  it('rejects a policy whose conditions would lock the caller out', async () => {
    const elsewhere = { ...allow, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    await assert.rejects(put(elsewhere), {
      name: 'MalformedPolicyDocumentException',
      message: 'The new key policy will not allow you to update the key policy in the future.',
    });
  });

  it('accepts a policy whose conditions the caller meets', async () => {
    await put({ ...allow, Condition: { IpAddress: { 'aws:SourceIp': ['127.0.0.1', '::1'] } } });
  });

  it('rejects unknown principals', async () => {
    for (const name of ['user/nobody', 'role/nobody']) {
      await assert.rejects(
        put({ ...allow, Principal: { AWS: [admin, `arn:aws:iam::${account}:${name}`] } }),
        {
          name: 'MalformedPolicyDocumentException',
          message: 'Policy contains a statement with one or more invalid principals.',
        },
      );
    }
  });

  it('matches a user by its ID, so that a user recreated under its name does not match', async () => {
    using by = administrator(world);
    const KeyId = subject.keyId;
    using first = await newUser(world, by.iam, 'again');
    await put(
      [account, `arn:aws:iam::${account}:user/again`].map((AWS) => ({
        ...allow,
        Principal: { AWS },
      })),
    );
    await describeKey(first.kms, subject);
    const { AccessKeyMetadata } = await by.iam.send(
      new ListAccessKeysCommand({ UserName: 'again' }),
    );
    await by.iam.send(
      new DeleteAccessKeyCommand({
        UserName: 'again',
        AccessKeyId: AccessKeyMetadata?.[0]?.AccessKeyId,
      }),
    );
    await by.iam.send(new DeleteUserCommand({ UserName: 'again' }));
    using second = await newUser(world, by.iam, 'again');
    await assert.rejects(second.kms.send(new DescribeKeyCommand({ KeyId })), {
      name: 'AccessDeniedException',
    });
  });

  it('rejects an invalid policy with the reason', async () => {
    await assert.rejects(put({ ...allow, Condition: { StringSames: { 'aws:username': 'x' } } }), {
      name: 'MalformedPolicyDocumentException',
      message: 'Invalid Condition type : StringSames.',
    });
  });
});
