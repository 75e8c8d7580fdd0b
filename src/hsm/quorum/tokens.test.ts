import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../../base/index.ts';
import { SimulatedDisk } from '../../../test/support/hsm/simulation-world.ts';
import { Replica } from '../replication/index.ts';
import { decodeApprovalData, operationText, type Approved } from '../wire/index.ts';
import { approvalDataOf, checkSignatures, Quorum, type Token } from './index.ts';

const keyHandle = '0011223344556677';
const maker = 'hsm-a.run1';
const operation = Buffer.alloc(32, 5);

function token(approved: Approved, approvalData = approvalDataOf(approved)): Token {
  const { service, username, createdAt } = approved;
  return {
    service,
    username,
    createdAt,
    approvalData,
    maker: approved.maker ?? '',
    ...(approved.keyHandle !== undefined && { keyHandle: approved.keyHandle }),
    ...(approved.operation && { operation: approved.operation }),
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
    operation,
    maker,
  };

  it('is for what its approval data names, and for nothing else', () => {
    assert.equal(Quorum.putToken(token(made)).kind, 'setting');
    const others: readonly Approved[] = [
      { ...made, service: 'backup' },
      { ...made, username: 'bob' },
      { ...made, keyHandle: '0011223344556678' },
      { ...made, operation: Buffer.alloc(32, 6) },
      { ...made, maker: 'hsm-a.run2' },
      { service: 'key-deletion', username: 'alice', createdAt: 5_000 },
    ];
    for (const other of others)
      violates(/names the service, user, key, operation and maker/, () =>
        Quorum.putToken(token(other, approvalDataOf(made))),
      );
  });

  it('reads back from its approval data, which no change survives unnoticed', () => {
    const data = approvalDataOf(made);
    assert.deepEqual(decodeApprovalData(data), made);
    const plain: Approved = { service: 'user', username: 'admin', createdAt: 0 };
    assert.deepEqual(decodeApprovalData(approvalDataOf(plain)), plain);
    assert.equal(decodeApprovalData(data.subarray(1)), undefined);
    const padded = Buffer.from(data);
    padded[40] = 1;
    assert.equal(decodeApprovalData(padded), undefined, 'bytes after the username are zero');
  });

  it('is spent once, before the command that it approves runs', () => {
    const replica = new Replica(new SimulatedDisk(), { append: () => undefined }, 'hsm-a', 'run1');
    const quorum = new Quorum(replica);
    const one = token(made);
    replica.write([Quorum.putToken(one)]);
    violates(/consumed before its command runs/, () =>
      quorum.spend(one.approvalData, 5_000, () => undefined),
    );
    const spend = (data: Uint8Array, now = 5_000): boolean =>
      quorum.spend(data, now, (change) => replica.write([change]));
    assert.equal(spend(approvalDataOf(made)), false, 'of another token');
    assert.equal(spend(one.approvalData, 5_000 + 600_001), false, 'expired');
    assert.deepEqual([spend(one.approvalData), spend(one.approvalData)], [true, false]);
  });

  it('is not spent by another run of the HSM that created it', () => {
    const disk = new SimulatedDisk();
    const run = (name: string): [Replica, Quorum] => {
      const replica = new Replica(disk, { append: () => undefined }, 'hsm-a', name);
      const quorum = new Quorum(replica);
      replica.load();
      return [replica, quorum];
    };
    const one = token(made);
    const [first] = run('run1');
    first.write([Quorum.putToken(one)]);
    const [, restarted] = run('run2');
    assert.equal(restarted.token('alice', 'key-deletion')?.maker, maker);
    assert.equal(
      restarted.spend(one.approvalData, 5_000, () => undefined),
      false,
    );
  });
});

describe('the text of an operation', () => {
  it('is the same for equal arguments in any order, and differs for others', () => {
    const text = operationText('createUser', {
      username: 'eve',
      role: 'admin',
      password: 'secret',
    });
    assert.equal(text, '{"command":"createUser","arguments":{"role":"admin","username":"eve"}}');
    assert.equal(operationText('createUser', { role: 'admin', username: 'eve' }), text);
    const others = [
      operationText('createUser', { username: 'eve', role: 'crypto-user' }),
      operationText('deleteUser', { username: 'eve', role: 'admin' }),
      operationText('createUser', { username: 'eve', role: 'admin', more: false }),
      operationText('createUser', { username: '"eve"', role: 'admin' }),
    ];
    assert.equal(new Set([text, ...others]).size, 5);
  });

  it('contains no secret and no character that a terminal hides', () => {
    const text = operationText('exportBackup', {
      passphrase: 'secret',
      shares: [Buffer.from('secret')],
      approval: { signatures: [] },
      label: 'a\u202eb',
      bytes: Buffer.from([1, 255]),
    });
    assert.equal(
      text,
      '{"command":"exportBackup","arguments":{"bytes":"01ff","label":"a\\u202eb"}}',
    );
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
