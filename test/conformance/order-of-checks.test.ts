/**
 * The order in which KMS looks at a request: one request with everything wrong with it, and one fault fewer at each step.
 * What is answered must be the first fault that is left.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { signRequest, type Credentials } from '../../src/sigv4/index.ts';
import { awsFiles } from '../support/aws-files.ts';
import { openStage, UNKNOWN_KEY, type Stage } from './harness/stage.ts';

interface Asked {
  readonly caller: 'admin' | 'nobody' | 'forger';
  readonly target: string;
  readonly key: 'unknown' | 'disabled' | 'for encryption' | 'for signing';
  readonly input: Readonly<Record<string, unknown>>;
}

const everythingWrong: Asked = {
  caller: 'forger',
  target: 'TrentService.Sgn',
  key: 'unknown',
  input: { Message: 5, MessageType: 'HASH', SigningAlgorithm: 'RSASSA_PSS_SHA_256', DryRun: true },
};

/** What is mended before each step, and what is then answered. */
const steps: readonly (readonly [
  mended: string,
  change: Partial<Asked>,
  error: string | undefined,
  text?: RegExp,
])[] = [
  ['nothing', {}, 'InvalidSignatureException'],
  ['the signature', { caller: 'nobody' }, 'UnknownOperationException'],
  ['the target', { target: 'TrentService.Sign' }, 'SerializationException'],
  [
    'the types',
    { input: { Message: base64(20) } },
    'ValidationException',
    /at 'messageType' failed to satisfy constraint/,
  ],
  ['the constraints', { input: { MessageType: 'DIGEST' } }, 'NotFoundException', /does not exist$/],
  ['the key’s id', { key: 'disabled' }, 'AccessDeniedException', /kms:Sign/],
  ['the caller', { caller: 'admin' }, 'DisabledException', /is disabled\.$/],
  [
    'the key’s state',
    { key: 'for encryption' },
    'InvalidKeyUsageException',
    /key usage is ENCRYPT_DECRYPT/,
  ],
  [
    'the key’s usage',
    { key: 'for signing' },
    'InvalidKeyUsageException',
    /^Algorithm RSASSA_PSS_SHA_256 is incompatible/,
  ],
  [
    'the algorithm',
    { input: { SigningAlgorithm: 'ECDSA_SHA_256' } },
    'ValidationException',
    /^Digest is invalid length/,
  ],
  ['the digest', { input: { Message: base64(32) } }, 'DryRunOperationException'],
  ['the wish for a dry run', { input: { DryRun: false } }, undefined],
];

function base64(bytes: number): string {
  return Buffer.alloc(bytes).toString('base64');
}

describe('of all that is wrong with a request, KMS says first', () => {
  let stage: Stage;
  let keys: Record<Asked['key'], string>;
  let callers: Record<Asked['caller'], Credentials>;
  let asked = everythingWrong;

  before(async () => {
    stage = await openStage();
    keys = {
      unknown: UNKNOWN_KEY,
      disabled: await stage.newKey(),
      'for encryption': await stage.newKey(),
      'for signing': await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    };
    await stage.kms.send(new DisableKeyCommand({ KeyId: keys.disabled }));
    const admin = awsFiles(stage.world.data).credentials;
    callers = {
      admin,
      nobody: await stage.nobody.config.credentials(),
      forger: { ...admin, secretAccessKey: 'guessed' },
    };
  });
  after(() => stage?.[Symbol.asyncDispose]());

  async function answer({
    caller,
    target,
    key,
    input,
  }: Asked): Promise<{ __type?: string; message?: string; Message?: string }> {
    const { endpoint } = stage.world.server;
    const body = JSON.stringify({ KeyId: keys[key], ...input });
    const headers = {
      host: new URL(endpoint).host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
    };
    const credentials = callers[caller];
    const signed = signRequest({
      method: 'POST',
      headers,
      body,
      region: stage.region,
      service: 'kms',
      credentials,
      now: Date.now(),
    });
    const { host: _, ...sent } = signed;
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: sent as Record<string, string>,
      body,
    });
    return (await response.json()) as { __type?: string };
  }

  // Each step goes on from the one before.
  for (const [mended, change, error, text] of steps) {
    it(`${error ?? 'nothing'} with ${mended} mended`, async () => {
      asked = { ...asked, ...change, input: { ...asked.input, ...change.input } };
      const { __type, message, Message = message } = await answer(asked);
      assert.equal(__type, error, `it says ${Message ?? 'nothing'}`);
      if (text) assert.match(Message ?? '', text);
    });
  }
});
