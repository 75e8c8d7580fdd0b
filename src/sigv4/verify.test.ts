import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { SecretText } from '../base/index.ts';
import { KmsError, type ErrorName } from '../domain/index.ts';
import type { SignableRequest } from './canonical.ts';
import { signRequest } from './sign.ts';
import { createVerifier } from './verify.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const MINUTE_MS = 60_000;
const secretAccessKey = new SecretText('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
const sessions: Readonly<Record<string, string | undefined>> = {
  AKIDEXAMPLE: undefined,
  ASIAEXAMPLE: 'the-token',
};

let now = NOW;
const verify = createVerifier({
  clock: { now: () => now },
  signingNames: new Set(['kms', 'sts']),
  lookup: (accessKeyId, token) =>
    Object.hasOwn(sessions, accessKeyId) && sessions[accessKeyId] === token
      ? { secretAccessKey, user: accessKeyId }
      : undefined,
});

interface Changes {
  readonly now?: number;
  readonly region?: string;
  readonly service?: string;
  readonly accessKeyId?: string;
  readonly sessionToken?: string;
}
function signed({
  region = 'us-east-1',
  service = 'kms',
  accessKeyId = 'AKIDEXAMPLE',
  sessionToken,
  now = NOW,
}: Changes = {}): SignableRequest {
  const request = { method: 'POST', path: '/', query: 'a=1', body: Buffer.from('{"KeyId":"k"}') };
  const headers = {
    host: 'localhost:4599',
    'x-amz-target': 'TrentService.Encrypt',
    'content-type': 'application/x-amz-json-1.1',
  };
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
  };
  return {
    ...request,
    headers: signRequest({ ...request, headers, region, service, now, credentials }),
  };
}
function withHeader(
  request: SignableRequest,
  name: string,
  value: string | undefined,
): SignableRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}
function withAuthorization(change: (header: string) => string): SignableRequest {
  const request = signed();
  return withHeader(request, 'authorization', change(String(request.headers['authorization'])));
}
async function rejects(request: SignableRequest, code: ErrorName, text?: RegExp): Promise<void> {
  await assert.rejects(verify(request), (error) => {
    assert.ok(error instanceof KmsError);
    assert.equal(error.code, code);
    assert.match(error.publicMessage ?? '', text ?? /./);
    return true;
  });
}

describe('verification of a signature', () => {
  it('returns the signer of a valid signature, also from its cache', async () => {
    for (let round = 0; round < 3; round++) {
      const { credential, region, service } = await verify(signed());
      assert.deepEqual([credential.user, region, service], ['AKIDEXAMPLE', 'us-east-1', 'kms']);
    }
  });

  it('accepts every possible Region', async () => {
    for (const region of ['eu-central-2', 'us-gov-west-1', 'cn-north-1', 'ap-southeast-5']) {
      assert.equal((await verify(signed({ region }))).region, region);
    }
  });

  it('accepts times within five minutes in both directions, and none beyond', async () => {
    for (const offset of [-5 * MINUTE_MS, 5 * MINUTE_MS])
      await verify(signed({ now: NOW + offset }));
    await rejects(
      signed({ now: NOW - 5 * MINUTE_MS - 1000 }),
      'InvalidSignatureException',
      /^Signature expired: 20261124T115459Z is now earlier than 20261124T115500Z \(20261124T120000Z - 5 min\.\)$/,
    );
    await rejects(
      signed({ now: NOW + 5 * MINUTE_MS + 1000 }),
      'InvalidSignatureException',
      /^Signature not yet current: 20261124T120501Z is still later than/,
    );
  });

  it('follows the injected clock', async () => {
    now = NOW + 86_400_000;
    try {
      await rejects(signed(), 'InvalidSignatureException', /expired/);
      await verify(signed({ now }));
    } finally {
      now = NOW;
    }
  });

  it('accepts a session with its token, and rejects it with another token or none', async () => {
    await verify(signed({ accessKeyId: 'ASIAEXAMPLE', sessionToken: 'the-token' }));
    const invalid = /^The security token included in the request is invalid\.$/;
    await rejects(
      signed({ accessKeyId: 'ASIAEXAMPLE', sessionToken: 'other' }),
      'UnrecognizedClientException',
      invalid,
    );
    await rejects(signed({ accessKeyId: 'ASIAEXAMPLE' }), 'UnrecognizedClientException', invalid);
    await rejects(signed({ sessionToken: 'the-token' }), 'UnrecognizedClientException', invalid);
    await rejects(signed({ accessKeyId: 'AKIDNOBODY' }), 'UnrecognizedClientException', invalid);
  });

  it('names the missing part', async () => {
    await rejects(
      withHeader(signed(), 'authorization', undefined),
      'MissingAuthenticationTokenException',
      /^Missing Authentication Token$/,
    );
    await rejects(
      withHeader(signed(), 'authorization', 'Bearer x'),
      'IncompleteSignatureException',
      /AWS4-HMAC-SHA256/,
    );
    await rejects(
      withAuthorization((header) => header.replace(/, Signature=.*/, '')),
      'IncompleteSignatureException',
      /'Signature'/,
    );
    await rejects(
      withAuthorization((header) => header.replace('/aws4_request', '')),
      'IncompleteSignatureException',
      /exactly 5/,
    );
    await rejects(
      withHeader(signed(), 'x-amz-date', 'yesterday'),
      'IncompleteSignatureException',
      /basic format/,
    );
    await rejects(
      withHeader(signed(), 'x-amz-date', undefined),
      'IncompleteSignatureException',
      /'X-Amz-Date' or a 'Date' header/,
    );
  });

  it('names everything that is wrong with the scope', async () => {
    await rejects(
      signed({ region: 'nowhere' }),
      'InvalidSignatureException',
      /^Credential should be scoped to a valid Region, not 'nowhere'\.$/,
    );
    await rejects(
      signed({ service: 's3' }),
      'InvalidSignatureException',
      /correct service: 'kms', 'sts'/,
    );
    await rejects(
      withAuthorization((header) => header.replace('aws4_request', 'aws5')),
      'InvalidSignatureException',
      /valid terminator: 'aws4_request'/,
    );
    await rejects(
      withAuthorization((header) => header.replace('/20261124/', '/20261123/')),
      'InvalidSignatureException',
      /^Date in Credential scope/,
    );
  });

  it('requires host and every x-amz header to be signed', async () => {
    await rejects(
      withAuthorization((header) => header.replace('host;', '')),
      'InvalidSignatureException',
      /'Host'/,
    );
    await rejects(
      withHeader(signed(), 'x-amz-extra', 'x'),
      'InvalidSignatureException',
      /'x-amz-extra'/,
    );
    await rejects(
      withAuthorization((header) => header.replace('host;', 'absent;host;')),
      'InvalidSignatureException',
      /does not match/,
    );
  });

  it('detects every change of a signed part', async () => {
    const text = fc.string({ minLength: 1, maxLength: 20 });
    const parts = [
      'method',
      'path',
      'query',
      'body',
      'host',
      'x-amz-target',
      'content-type',
    ] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...parts), text, async (part, extra) => {
        // Hex digits: paths are normalised and spaces trimmed, but a digit always changes the
        // value.
        const change = `x${Buffer.from(extra).toString('hex')}`;
        const good = signed();
        const bad =
          part === 'body'
            ? { ...good, body: Buffer.concat([Buffer.from(good.body), Buffer.from(change)]) }
            : part === 'method' || part === 'path' || part === 'query'
              ? { ...good, [part]: good[part] + change }
              : withHeader(good, part, `${String(good.headers[part])}${change}`);
        await rejects(bad, 'InvalidSignatureException', /does not match/);
      }),
    );
  });

  it('detects every change of the signature', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({
          maxLength: 70,
          unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEFxyz')),
        }),
        async (signature) => {
          fc.pre(signature !== '');
          await rejects(
            withAuthorization((header) => header.slice(0, -64) + signature),
            'InvalidSignatureException',
            /does not match/,
          );
        },
      ),
    );
  });

  it('rejects garbage with an API error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 300 }), fc.boolean(), async (garbage, prefixed) => {
        const header = prefixed ? `AWS4-HMAC-SHA256 ${garbage}` : garbage;
        await assert.rejects(verify(withHeader(signed(), 'authorization', header)), KmsError);
      }),
    );
  });
});
