import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { cloudTrailEvent, cloudTrailServiceEvent, type ApiCall } from './index.ts';

const ARN = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const call: ApiCall = {
  time: Date.UTC(2026, 10, 24, 18, 0, 0, 999),
  eventSource: 'kms.amazonaws.com',
  eventName: 'Encrypt',
  region: 'us-east-1',
  principal: {
    account: '111122223333',
    arn: 'arn:aws:iam::111122223333:user/admin',
    userId: 'AIDACKCEVSQ6C2EXAMPLE',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'admin',
  },
  sourceIp: '127.0.0.1',
  userAgent: 'aws-cli/2',
  requestId: 'f1',
  readOnly: true,
  input: {
    KeyId: ARN,
    Plaintext: new Uint8Array(8),
    EncryptionContext: { Password: 'x', __proto__: null, AppName: 'y' },
  },
  output: { KeyId: ARN, CiphertextBlob: new Uint8Array(8) },
  resources: [{ accountId: '111122223333', type: 'AWS::KMS::Key', ARN }],
};
const parsed = (given: Partial<ApiCall>) =>
  JSON.parse(JSON.stringify(cloudTrailEvent({ ...call, ...given })));
const parameters = (input: object) => parsed({ input }).requestParameters;

describe('cloudTrailEvent', () => {
  it('has the shape of a CloudTrail record', () => {
    const { eventID, ...event } = parsed({});
    assert.match(eventID, /^[0-9a-f-]{36}$/);
    assert.deepEqual(event, {
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDACKCEVSQ6C2EXAMPLE',
        arn: 'arn:aws:iam::111122223333:user/admin',
        accountId: '111122223333',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        userName: 'admin',
      },
      eventTime: '2026-11-24T18:00:00Z',
      eventSource: 'kms.amazonaws.com',
      eventName: 'Encrypt',
      awsRegion: 'us-east-1',
      sourceIPAddress: '127.0.0.1',
      userAgent: 'aws-cli/2',
      requestParameters: { keyId: ARN, encryptionContext: { Password: 'x', AppName: 'y' } },
      responseElements: null,
      requestID: 'f1',
      readOnly: true,
      resources: [{ accountId: '111122223333', type: 'AWS::KMS::Key', ARN }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '111122223333',
      eventCategory: 'Management',
    });
  });

  it('records the output of a mutating call, in lower camel case, with times as text', () => {
    const output = {
      KeyMetadata: {
        AWSAccountId: '1',
        KeyId: 'k',
        CreationDate: new Date(0),
        Enabled: true,
        Tags: [{ TagKey: 'a' }],
      },
    };
    assert.deepEqual(parsed({ readOnly: false, output }).responseElements, {
      keyMetadata: {
        aWSAccountId: '1',
        keyId: 'k',
        creationDate: '1970-01-01T00:00:00.000Z',
        enabled: true,
        tags: [{ tagKey: 'a' }],
      },
    });
  });

  it('records why a call failed, and then no output', () => {
    const event = parsed({
      readOnly: false,
      error: { code: 'AccessDeniedException', message: 'no' },
    });
    assert.deepEqual(
      [event.errorCode, event.errorMessage, event.responseElements],
      ['AccessDeniedException', 'no', null],
    );
  });

  it('omits passwords, secrets, plaintexts, bytes and private keys at any depth', () => {
    const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----';
    assert.deepEqual(
      parameters({
        CustomKeyStoreName: 'n',
        KeyStorePassword: 'hunter2',
        TrustAnchorCertificate: pem,
        XksProxyAuthenticationCredential: { AccessKeyId: 'A', RawSecretAccessKey: 's' },
        Blob: Buffer.from('x'),
        List: [{ Plaintext: 'p', Name: 'q' }, new Uint8Array(1), pem],
      }),
      {
        customKeyStoreName: 'n',
        xksProxyAuthenticationCredential: { accessKeyId: 'A' },
        list: [{ name: 'q' }],
      },
    );
    assert.equal(parameters({ Plaintext: 'only' }), null);
  });

  it('never contains a secret, wherever it occurs in the input', () => {
    const secret = 'correct horse battery staple';
    const hidden = fc.constantFrom<object>(
      { Plaintext: secret },
      { KeyStorePassword: secret },
      { Data: Buffer.from(secret) },
      { SecretAccessKey: [secret] },
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        hidden,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.record({ KeyId: fc.string(), Member: tie('tree') }),
      ),
    }));
    fc.assert(
      fc.property(tree, (Value) => {
        const line = JSON.stringify(
          cloudTrailEvent({ ...call, readOnly: false, input: { Value }, output: { Value } }),
        );
        assert.equal(line.includes(secret), false);
        assert.equal(line.includes('"type":"Buffer"'), false);
      }),
    );
  });
});

describe('cloudTrailServiceEvent', () => {
  it('names Keyhold itself as the caller', () => {
    const event = cloudTrailServiceEvent({
      time: 0,
      eventSource: 'kms.amazonaws.com',
      eventName: 'DeleteKey',
      region: 'us-east-1',
      account: '111122223333',
      additionalEventData: { customKeyStoreId: 'cks-1' },
    });
    assert.equal(event.eventType, 'AwsServiceEvent');
    assert.deepEqual(event.userIdentity, { accountId: '111122223333', invokedBy: 'AWS Internal' });
    assert.deepEqual(event.additionalEventData, { customKeyStoreId: 'cks-1' });
  });
});
