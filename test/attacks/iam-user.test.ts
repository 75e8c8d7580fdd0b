/** Attacks by a user of the account that has valid credentials. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { awsFiles } from '../support/aws-files.ts';
import { startWorld } from '../support/world.ts';

describe('an IAM user', () => {
  it('reads no memory of the server, and does not occupy it, with a forged NextToken', async () => {
    await using world = await startWorld();
    await world.kms.send(new CreateKeyCommand({}));
    const cloudtrail = new CloudTrailClient({
      region: world.region,
      endpoint: world.server.endpoint,
      credentials: awsFiles(world.data).credentials,
      maxAttempts: 1,
    });
    try {
      const { NextToken = '' } = await cloudtrail.send(new LookupEventsCommand({ MaxResults: 1 }));
      const [first, start, search] = JSON.parse(Buffer.from(NextToken, 'base64url').toString()) as [
        number,
        number,
        string,
      ];
      const { size } = statSync(join(world.data, 'audit', 'trail.ndjson'));
      const forged = [start - 1, start + 1, size + 1_000_000, Number.MAX_SAFE_INTEGER];
      for (const at of forged) {
        const token = Buffer.from(JSON.stringify([first, at, search])).toString('base64url');
        await assert.rejects(
          cloudtrail.send(new LookupEventsCommand({ NextToken: token }), {
            abortSignal: AbortSignal.timeout(30_000),
          }),
          { name: 'InvalidNextTokenException' },
          `a page that starts before byte ${at}`,
        );
      }
      await cloudtrail.send(new LookupEventsCommand({ NextToken }));
    } finally {
      cloudtrail.destroy();
    }
  });
});
