import assert from 'node:assert/strict';
import { KMSServiceException, type KMSClient } from '@aws-sdk/client-kms';
import type { Stage } from './stage.ts';
import type { Table } from './table.ts';

interface Answered {
  readonly $metadata: { readonly requestId?: string };
}

/** Sends an input through AWS's client, and notes the call for the audit. */
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

export interface Refused {
  readonly name: string;
  readonly text?: string | RegExp | undefined;
}

/** Asserts that the call is refused by this name and, where given, with this text. */
export async function refuses(call: Promise<object>, { name, text }: Refused): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, name, error.message);
    if (typeof text === 'string') assert.equal(error.message, text);
    else if (text) assert.match(error.message, text);
    return true;
  });
}
