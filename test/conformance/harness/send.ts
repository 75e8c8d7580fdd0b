import assert from 'node:assert/strict';
import { KMSServiceException, type KMSClient } from '@aws-sdk/client-kms';
import type { Stage } from './stage.ts';
import type { Table } from './table.ts';

interface Answered {
  readonly $metadata: { readonly requestId?: string };
}

/** Sends an input with the AWS SDK, and records the call for comparison with the audit trail. */
export async function send(
  stage: Stage,
  { operation, send }: Table,
  input: object,
  client: KMSClient = stage.kms,
): Promise<object> {
  const note = ({ $metadata: { requestId = '' } }: Answered, error?: string): void => {
    stage.called.push({ operation, requestId, error });
  };
  try {
    const output = await send(client, input);
    note(output as Answered);
    return output;
  } catch (error) {
    if (error instanceof KMSServiceException) note(error, error.name);
    throw error;
  }
}

export interface ExpectedError {
  readonly name: string;
  readonly text?: string | RegExp | undefined;
}

/** Asserts that a call fails with an error of this name and, if given, this message. */
export async function refuses(call: Promise<object>, { name, text }: ExpectedError): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, name, error.message);
    if (typeof text === 'string') assert.equal(error.message, text);
    else if (text) assert.match(error.message, text);
    return true;
  });
}
