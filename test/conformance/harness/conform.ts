import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditEvents } from '../../support/world.ts';
import { casesOf } from './cases.ts';
import { openStage, type Stage } from './stage.ts';
import type { Table } from './table.ts';

/**
 * Runs the cases of tables on one stage, each as a test, and then compares the audit trail with all
 * calls.
 */
export function conform(family: string, tables: readonly Table[]): void {
  describe(family, () => {
    let stage: Stage;
    before(async () => {
      stage = await openStage();
    });
    after(() => stage?.[Symbol.asyncDispose]());

    for (const table of tables) {
      describe(table.operation, () => {
        for (const { name, run } of casesOf(table)) it(name, () => run(stage));
      });
    }

    it('leave an audit event of every call', () => checkAudit(stage));
  });
}

/** Asserts that the trail has an event for each call, with its operation, account and error. */
export function checkAudit({ called, world, account }: Stage): void {
  const records = new Map(auditEvents(world.data).map((record) => [record['requestID'], record]));
  for (const { operation, requestId, error } of called) {
    const record = records.get(requestId);
    assert.ok(record, `${operation} ${requestId} ${error ?? ''} is in the trail`);
    assert.deepEqual(
      [record['eventName'], record['errorCode'], record['recipientAccountId']],
      [operation, error, account],
      `the event of ${operation} ${requestId}`,
    );
  }
}
