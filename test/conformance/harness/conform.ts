import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditEvents } from '../../support/world.ts';
import { casesOf } from './cases.ts';
import { openStage, type Stage } from './stage.ts';
import type { Table } from './table.ts';

/** Plays tables on one stage: each case is a test, and at the end the audit trail is held against all that was called. */
export function conform(family: string, tables: readonly Table[]): void {
  describe(family, () => {
    let stage: Stage;
    before(async () => {
      stage = await openStage();
    });
    after(() => stage?.[Symbol.asyncDispose]());

    for (const table of tables) {
      describe(table.operation, () => {
        for (const { shows, run } of casesOf(table)) it(shows, () => run(stage));
      });
    }

    it('left an audit record of every call', () => checkAudit(stage));
  });
}

/** A record per call, with the operation, the caller's account, and the error or none. */
export function checkAudit({ called, world, account }: Stage): void {
  const records = new Map(auditEvents(world.data).map((record) => [record['requestID'], record]));
  for (const { operation, requestId, error } of called) {
    const record = records.get(requestId);
    assert.ok(record, `${operation} ${requestId} ${error ?? ''} is in the trail`);
    assert.deepEqual(
      [record['eventName'], record['errorCode'], record['recipientAccountId']],
      [operation, error, account],
      `the record of ${operation} ${requestId}`,
    );
  }
}
