/**
 * kill -9 of the front end: the audit trail contains every call that was answered, and its hash
 * chain is intact.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { CreateAccessKeyCommand, CreateUserCommand, GetUserCommand } from '@aws-sdk/client-iam';
import { verifyTrail } from '../../src/audit/index.ts';
import { newKey } from '../support/own-cluster.ts';
import { administrator } from '../support/principals.ts';
import { until } from '../support/until.ts';
import { auditEvents, startWorld } from '../support/world.ts';

it('every call answered before kill -9 of the front end is in the audit trail', async () => {
  await using world = await startWorld();
  using admin = administrator(world);
  const KeyId = await newKey(world);
  const { CiphertextBlob } = await admin.kms.send(
    new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }),
  );
  const answered: string[] = [];
  const users: string[] = [];
  let number = 0;
  const calls = [
    () => admin.kms.send(new DecryptCommand({ CiphertextBlob })),
    () => admin.kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
    async () => {
      const UserName = `user-${(number += 1)}`;
      const made = await admin.iam.send(new CreateUserCommand({ UserName }));
      users.push(UserName);
      await admin.iam.send(new CreateAccessKeyCommand({ UserName }));
      return made;
    },
  ];
  // Each caller stops at its first failure: the server was killed.
  const callers = [...calls, ...calls].map(async (call) => {
    for (;;) {
      const { requestId = '' } = (await call()).$metadata;
      answered.push(requestId);
    }
  });
  const ended = Promise.allSettled(callers);
  await until('200 calls are answered', async () => answered.length > 200);
  await world.kill();
  await ended;

  assert.deepEqual((await verifyTrail(join(world.data, 'audit'))).problems, []);
  const recorded = new Set(auditEvents(world.data).map(({ requestID }) => requestID));
  assert.deepEqual(
    answered.filter((id) => !recorded.has(id)),
    [],
  );
  await world.start();
  using again = administrator(world);
  for (const UserName of users) await again.iam.send(new GetUserCommand({ UserName }));
  await world.stop();
  assert.deepEqual((await verifyTrail(join(world.data, 'audit'))).problems, []);
});
