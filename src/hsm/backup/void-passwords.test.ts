import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ReplicaRecord } from '../replication/index.ts';
import { voidPasswords } from './void-passwords.ts';

it('voidPasswords leaves only the admins of a backup their passwords', () => {
  const records = (['admin', 'crypto-user', 'auditor'] as const).map((role): ReplicaRecord => {
    return {
      kind: 'user',
      id: role,
      version: [1, 'run'],
      deleted: false,
      body: { role, password: 'a hash' },
    };
  });
  assert.deepEqual(
    voidPasswords(records).map(({ body }) => body),
    [{ role: 'admin', password: 'a hash' }, { role: 'crypto-user' }, { role: 'auditor' }],
  );
});
