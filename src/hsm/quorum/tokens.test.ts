import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../../base/index.ts';
import { SimulatedDisk } from '../../../test/support/hsm/simulation-world.ts';
import { Replica } from '../replication/index.ts';
import { approvalDataOf, checkSignatures, Quorum, type Approved, type Token } from './index.ts';

const keyHandle = '0011223344556677';

function token(approved: Approved, approvalData = approvalDataOf(approved)): Token {
  const { service, username, createdAt } = approved;
  return {
    service,
    username,
    createdAt,
    approvalData,
    ...(approved.keyHandle !== undefined && { keyHandle: approved.keyHandle }),
  };
}

const violates = (invariant: RegExp, operate: () => void): void =>
  assert.throws(
    operate,
    (error) => error instanceof InvariantError && invariant.test(error.message),
  );

describe('a quorum token', () => {
  const made: Approved = {
    service: 'key-deletion',
    username: 'alice',
    createdAt: 5_000,
    keyHandle,
  };

  it('is for what its approval data names, and for nothing else', () => {
    assert.equal(Quorum.putToken(token(made)).kind, 'setting');
    const others: readonly Approved[] = [
      { ...made, service: 'backup' },
      { ...made, username: 'bob' },
      { ...made, keyHandle: '0011223344556678' },
      { service: 'key-deletion', username: 'alice', createdAt: 5_000 },
    ];
    for (const other of others)
      violates(/names the service, user and key/, () =>
        Quorum.putToken(token(other, approvalDataOf(made))),
      );
  });

  it('must be consumed before the command that it approves runs', () => {
    const replica = new Replica(new SimulatedDisk(), { append: () => undefined }, 'hsm-a');
    const quorum = new Quorum(replica);
    const one = token(made);
    replica.write([Quorum.putToken(one)]);
    violates(/consumed before its command runs/, () => quorum.assertConsumed(one));
    replica.write([Quorum.removeToken(one)]);
    quorum.assertConsumed(one);
    replica.write([Quorum.putToken(token(made))]);
    quorum.assertConsumed(one);
  });
});

describe('a quorum value', () => {
  it('that is not a whole number of at least 1 lets no approval pass', () => {
    for (const required of [Number.NaN, 0, -1, 1.5])
      violates(/whole number of at least 1/, () =>
        checkSignatures(
          { approvalData: Buffer.alloc(0), signatures: [] },
          { service: 'user', required, find: () => undefined },
        ),
      );
    for (const body of [Number.NaN, 'two', 0]) {
      const replica = new Replica(new SimulatedDisk(), { append: () => undefined }, 'hsm-a');
      const quorum = new Quorum(replica);
      replica.write([{ kind: 'setting', id: 'quorum/user', body }]);
      violates(/whole number of at least 1/, () => quorum.value('user'));
    }
  });
});
