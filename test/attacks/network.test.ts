/** Attacks by a client that can reach a port and has no credentials. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { awsFiles } from '../support/aws-files.ts';
import { childrenOf, needsProc } from '../support/hsm-process.ts';
import { presign } from '../support/presign.ts';
import { startWorld } from '../support/world.ts';

/** Returns the native add-ons of packages that a process has mapped. */
function nativeAddOns(pid: number): string[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('.node'));
}

describe('a client on the network', () => {
  it(
    'never reaches a native add-on: neither the front end nor an HSM maps one',
    {
      skip: needsProc,
    },
    async () => {
      await using world = await startWorld();
      const { pid } = world.server.process;
      assert.ok(pid !== undefined);
      const hsms = childrenOf(pid);
      assert.ok(hsms.length > 0, 'the managed HSM is a child process');
      for (const process of [pid, ...hsms]) assert.deepEqual(nativeAddOns(process), []);
    },
  );

  it('can use a recorded presigned URL for 15 minutes, whatever the URL says', async () => {
    await using world = await startWorld();
    await world.kms.send(new CreateKeyCommand({}));
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.ListKeys',
    };
    const send = (minutesAgo: number, expires: number | undefined): Promise<Response> => {
      const url = presign({
        endpoint: world.server.endpoint,
        service: 'kms',
        region: world.region,
        credentials: awsFiles(world.data).credentials,
        headers,
        body: '{}',
        signedAt: Date.now() - minutesAgo * 60_000,
        expires,
      });
      return fetch(url, { method: 'POST', headers, body: '{}' });
    };
    for (const expires of [undefined, 900, 604_800]) {
      assert.equal((await send(10, expires)).status, 200, `${expires} s after 10 minutes`);
      const late = await send(16, expires);
      assert.match(await late.text(), /InvalidSignatureException.*Signature expired/);
    }
    assert.equal((await send(4, 300)).status, 200);
    assert.match(await (await send(6, 300)).text(), /Signature expired/);
  });
});
