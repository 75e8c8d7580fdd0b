/**
 * The order in which KMS checks a request. Starts with a request that has every fault, and fixes
 * one fault per step. The error must be that of the first remaining fault.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { signRequest, type Credentials } from '../../src/sigv4/index.ts';
import { awsFiles } from '../support/aws-files.ts';
import { openStage, UNKNOWN_KEY, type Stage } from './harness/stage.ts';

interface RequestVariant {
  readonly caller: 'admin' | 'nobody' | 'forger';
  readonly target: string;
  readonly key: 'unknown' | 'disabled' | 'for encryption' | 'for signing';
  readonly input: Readonly<Record<string, unknown>>;
}

const everyFault: RequestVariant = {
  caller: 'forger',
  target: 'TrentService.Sgn',
  key: 'unknown',
  input: { Message: 5, MessageType: 'HASH', SigningAlgorithm: 'RSASSA_PSS_SHA_256', DryRun: true },
};

/** The fault that each step fixes, and the error that remains. */
const steps: readonly (readonly [
  fixed: string,
  change: Partial<RequestVariant>,
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
  ['the key ID', { key: 'disabled' }, 'AccessDeniedException', /kms:Sign/],
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
  ['the DryRun option', { input: { DryRun: false } }, undefined],
];

function base64(bytes: number): string {
  return Buffer.alloc(bytes).toString('base64');
}

describe('a request with several faults', () => {
  let stage: Stage;
  let keys: Record<RequestVariant['key'], string>;
  let callers: Record<RequestVariant['caller'], Credentials>;
  let asked = everyFault;

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
  }: RequestVariant): Promise<{ __type?: string; message?: string; Message?: string }> {
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

  // Each step continues from the previous one.
  for (const [fixed, change, error, text] of steps) {
    it(`${error === undefined ? 'succeeds' : `fails with ${error}`} after fixing ${fixed}`, async () => {
      asked = { ...asked, ...change, input: { ...asked.input, ...change.input } };
      const { __type, message, Message = message } = await answer(asked);
      assert.equal(__type, error, `the message is ${Message ?? 'missing'}`);
      if (text) assert.match(Message ?? '', text);
    });
  }
});
