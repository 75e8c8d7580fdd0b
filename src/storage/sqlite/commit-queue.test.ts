import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { InvariantError } from '../../base/index.ts';
import { CommitQueue } from './commit-queue.ts';

describe('CommitQueue', () => {
  const database = new DatabaseSync(':memory:');
  after(() => database.close());

  it('announces each outcome after the commit and before its promise resolves, in commit order', async () => {
    const queue = new CommitQueue(database);
    const happened: string[] = [];
    const submit = async (name: string): Promise<void> => {
      await queue.submit(
        async () => happened.push(`${name} runs`),
        () => happened.push(`${name} announced${database.isTransaction ? ' too early' : ''}`),
      );
      happened.push(`${name} resolved`);
    };
    await Promise.all([submit('a'), submit('b')]);
    await submit('c');
    assert.deepEqual(happened.slice(0, 4), ['a runs', 'b runs', 'a announced', 'b announced']);
    assert.deepEqual(happened.slice(4), [
      'a resolved',
      'b resolved',
      'c runs',
      'c announced',
      'c resolved',
    ]);
  });

  it('acknowledges and announces nothing if the transaction has not ended with the commit', async () => {
    // A database whose COMMIT does nothing.
    const broken = {
      get isTransaction() {
        return database.isTransaction;
      },
      exec: (sql: string) => {
        if (sql !== 'COMMIT') database.exec(sql);
      },
    } as unknown as DatabaseSync;
    const queue = new CommitQueue(broken);
    const announced: string[] = [];
    const outcomes = await Promise.allSettled(
      ['a', 'b'].map((name) =>
        queue.submit(
          async () => name,
          () => announced.push(name),
        ),
      ),
    );
    for (const outcome of outcomes)
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof InvariantError);
    assert.deepEqual(announced, []);
    assert.equal(database.isTransaction, false, 'the transaction is rolled back');
  });
});
