import { signRequest } from '../src/sigv4/index.ts';
import { awsFiles } from '../test/support/aws-files.ts';
import type { World } from '../test/support/world.ts';

/**
 * Returns `count` signed Encrypt requests for 32 bytes with an encryption context, as complete HTTP
 * requests.
 */
export function encryptRequests(
  world: World,
  keyId: string,
  count: number,
  credentials = awsFiles(world.data).credentials,
): string[] {
  const { host } = new URL(world.server.endpoint);
  return Array.from({ length: count }, (_, index) => {
    const Plaintext = Buffer.alloc(32, index).toString('base64');
    const body = JSON.stringify({
      KeyId: keyId,
      Plaintext,
      EncryptionContext: { purpose: 'bench', record: String(index) },
    });
    const headers = {
      host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.Encrypt',
    };
    const signed = signRequest({
      method: 'POST',
      headers,
      body,
      region: world.region,
      service: 'kms',
      credentials,
      now: Date.now(),
    });
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    return `POST / HTTP/1.1\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  });
}
