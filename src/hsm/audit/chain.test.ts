import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { InvariantError, systemClock } from '../../base/index.ts';
import { randomBytes, secretKey } from '../../crypto/index.ts';
import { openDatabase, type Database } from '../storage/index.ts';
import { Audit } from './audit.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyhold-hsm-audit-'));
  database = openDatabase(folder, secretKey(randomBytes(32)));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asserts that an operation fails and leaves the log as it was. */
function violates(invariant: RegExp, operate: () => void): void {
  const length = database.auditLength();
  assert.throws(
    operate,
    (error) => error instanceof InvariantError && invariant.test(error.message),
  );
  assert.equal(database.auditLength(), length);
}

describe('the audit log of an HSM', () => {
  it('signs every entry within a minute, and nothing while there are no entries', () => {
    let now = 0;
    const audit = new Audit(database, { now: () => now });
    audit.signWith(() => 'a signature');
    const checkpoints = (): number[] =>
      audit
        .read(0, 1_000)
        .records.filter(({ opcode }) => opcode === 'KH_CHECKPOINT')
        .map(({ time }) => time / 1_000);
    audit.note({ opcode: 'CN_LOGIN' });
    audit.checkpoint();
    for (let second = 0; second <= 240; second += 5) {
      now = second * 1_000;
      if (second < 120) audit.note({ opcode: 'CN_LOGIN' });
      audit.checkpointIfDue();
    }
    assert.deepEqual(checkpoints(), [0, 50, 100, 150]);
  });
});

describe('the audit log of an HSM writes nothing and fails', () => {
  it('when an entry is appended outside the transaction of what it records', () => {
    const audit = new Audit(database, systemClock);
    violates(/in the transaction of what it records/, () => audit.append({ opcode: 'CN_LOGIN' }));
  });

  it('when its last entry has another sequence number than its row', () => {
    const audit = new Audit(database, systemClock);
    audit.note({ opcode: 'CN_LOGIN' });
    const [first] = audit.read(0, 1).records;
    database.transact(() => database.appendAudit(1, first));
    violates(/numbered consecutively/, () => audit.note({ opcode: 'CN_LOGOUT' }));
  });

  it('when a checkpoint would not sign the entry before it', () => {
    const audit = new Audit(database, systemClock);
    audit.note({ opcode: 'CN_LOGIN' });
    audit.signWith(() => {
      audit.append({ opcode: 'CN_LOGOUT' });
      return 'a signature of the first entry';
    });
    violates(/signs the entry that it follows/, () => audit.checkpoint());
  });
});
