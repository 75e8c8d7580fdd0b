import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecretText } from '../base/index.ts';
import { KmsError, type ErrorName } from '../domain/index.ts';
import { createVerifier } from './verify.ts';

const SIGNED = Date.UTC(2015, 7, 30, 12, 36);
let now = SIGNED;
const verify = createVerifier({
  clock: { now: () => now },
  signingNames: new Set(['iam']),
  lookup: () => ({ secretAccessKey: new SecretText('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY') }),
});

/** AWS's published example of a presigned URL. */
const example = {
  Action: 'ListUsers',
  Version: '2010-05-08',
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': 'AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request',
  'X-Amz-Date': '20150830T123600Z',
  'X-Amz-Expires': '60',
  'X-Amz-SignedHeaders': 'content-type;host',
  'X-Amz-Signature': '37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02',
};

function send(
  changes: Partial<Record<keyof typeof example, string | undefined>> = {},
  headers: Record<string, string> = {},
) {
  const parameters = Object.entries({ ...example, ...changes }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  const query = new URLSearchParams(parameters).toString();
  const all = {
    host: 'iam.amazonaws.com',
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    ...headers,
  };
  return verify({ method: 'GET', path: '/', query, headers: all, body: '' });
}
async function rejects(request: Promise<unknown>, code: ErrorName, text: RegExp): Promise<void> {
  await assert.rejects(
    request,
    (error) =>
      error instanceof KmsError && error.code === code && text.test(error.publicMessage ?? ''),
  );
}

describe('a presigned URL', () => {
  it('is valid as AWS signs it, until it expires', async () => {
    for (const offset of [-299_000, 0, 60_000]) {
      now = SIGNED + offset;
      const { accessKeyId, region, service } = await send();
      assert.deepEqual([accessKeyId, region, service], ['AKIDEXAMPLE', 'us-east-1', 'iam']);
    }
    now = SIGNED + 61_000;
    await rejects(
      send(),
      'InvalidSignatureException',
      /^Signature expired: 20150830T123600Z is now earlier than \S+ \(\S+ - 1 min\.\)$/,
    );
    now = SIGNED - 301_000;
    await rejects(send(), 'InvalidSignatureException', /^Signature not yet current: /);
    now = SIGNED;
  });

  it('is rejected if any part was changed', async () => {
    await rejects(send({ Action: 'DeleteUser' }), 'InvalidSignatureException', /does not match/);
    await rejects(send({ 'X-Amz-Expires': '3600' }), 'InvalidSignatureException', /does not match/);
    await rejects(send({}, { host: 'elsewhere' }), 'InvalidSignatureException', /does not match/);
    await rejects(
      send({}, { 'x-amz-more': '1' }),
      'InvalidSignatureException',
      /'x-amz-more' must be a 'SignedHeader'/,
    );
    await rejects(
      send({ 'X-Amz-SignedHeaders': 'content-type' }),
      'InvalidSignatureException',
      /'Host'/,
    );
  });

  it('is rejected if a parameter is missing or malformed', async () => {
    await rejects(
      send({ 'X-Amz-Credential': undefined }),
      'IncompleteSignatureException',
      /must include 'X-Amz-Credential'\.$/,
    );
    await rejects(
      send({ 'X-Amz-Credential': 'AKIDEXAMPLE' }),
      'IncompleteSignatureException',
      /5 slash-delimited elements/,
    );
    await rejects(
      send({ 'X-Amz-Algorithm': 'none' }),
      'IncompleteSignatureException',
      /X-Amz-Algorithm/,
    );
    await rejects(send({ 'X-Amz-Date': 'today' }), 'IncompleteSignatureException', /basic format/);
    for (const seconds of ['0', '604801', 'x', '1.5', '0x3c', '6e1', '+60', ' 60', '60.0']) {
      await rejects(
        send({ 'X-Amz-Expires': seconds }),
        'IncompleteSignatureException',
        /from 1 to 604800 seconds/,
      );
    }
  });

  it('is rejected if a parameter of the signature is repeated', async () => {
    const query = `${new URLSearchParams(example).toString()}&X-Amz-Signature=unsigned`;
    const headers = { host: 'iam.amazonaws.com' };
    await rejects(
      verify({ method: 'GET', path: '/', query, headers, body: '' }),
      'IncompleteSignatureException',
      /must include 'X-Amz-Signature' once\.$/,
    );
  });

  for (const expires of [undefined, '901', '604800']) {
    it(`is valid for 15 minutes with X-Amz-Expires ${expires ?? 'absent'}`, async () => {
      // The signature is not AWS's. A URL that has expired is rejected before it is compared.
      now = SIGNED + 900_000;
      await rejects(send({ 'X-Amz-Expires': expires }), 'InvalidSignatureException', /not match/);
      now = SIGNED + 901_000;
      await rejects(
        send({ 'X-Amz-Expires': expires }),
        'InvalidSignatureException',
        /^Signature expired: .* - 15 min\.\)$/,
      );
      now = SIGNED;
    });
  }
});
