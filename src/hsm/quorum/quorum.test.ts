import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { after, test } from 'node:test';
import { connectHsm, type HsmConnection } from '../client/index.ts';
import {
  ADMIN_PASSWORD,
  emptyWorld,
  hsmWorld,
  refusedAs,
  USER_PASSWORD,
} from '../../../test/support/hsm/hsm-world.ts';
import { permitRestore, recoveryHolders } from '../../../test/support/hsm/recovery-world.ts';
import { Approvers } from '../../../test/support/hsm/approvers.ts';
import { operationText, type Approval, type QuorumService } from '../wire/index.ts';

const holders = recoveryHolders(['anna'], 1);
const world = await hsmWorld(2, { recovery: holders.order });
after(() => world[Symbol.asyncDispose]());
let admin = await world.login('admin', 'admin');
const keys = new Map<string, KeyObject>();

/** Registers an RSA or EC key for a user. */
async function register(user: HsmConnection, username: string, kind: 'rsa' | 'ec'): Promise<void> {
  const { privateKey, publicKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { approvalData } = await user.call('generateQuorumToken', { service: 'registration' });
  const signature = sign('sha256', approvalData, privateKey);
  await user.call('registerQuorumKey', {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    approvalData,
    signature,
  });
  keys.set(username, privateKey);
}

async function anotherAdmin(username: string): Promise<HsmConnection> {
  await admin.call('createUser', { username, role: 'admin', password: USER_PASSWORD });
  const connection = await world.connect(world.hsms[1]);
  await connection.call('login', { username, role: 'admin', password: USER_PASSWORD });
  return connection;
}

function signed(approvalData: Uint8Array, ...usernames: string[]): Approval {
  return {
    approvalData,
    signatures: usernames.map((username) => ({
      username,
      signature: sign('sha256', approvalData, keys.get(username) ?? ''),
    })),
  };
}

async function approval(service: QuorumService, ...usernames: string[]): Promise<Approval> {
  const { approvalData } = await admin.call('generateQuorumToken', { service });
  return signed(approvalData, ...usernames);
}

const newUser = (username: string) =>
  ({ username, role: 'crypto-user', password: USER_PASSWORD }) as const;
const second = await anotherAdmin('second');
const third = await anotherAdmin('third');

test('a quorum value that exceeds the number of users with registered keys is rejected', async () => {
  assert.deepEqual(
    { ...(await admin.call('listQuorumValues', {})).values },
    { user: 1, quorum: 1, 'key-deletion': 1, backup: 1, restore: 1 },
  );
  await assert.rejects(
    admin.call('setQuorumValue', { service: 'user', value: 2 }),
    refusedAs('invalid-argument', /only 0 approvers/),
  );
  for (const value of [0, 9, 1.5])
    await assert.rejects(
      admin.call('setQuorumValue', { service: 'user', value }),
      refusedAs('malformed-request'),
    );
});

test('registering a key requires a signature with its private key', async () => {
  await register(admin, 'admin', 'rsa');
  await register(second, 'second', 'ec');
  await register(third, 'third', 'ec');
  const { approvalData } = await admin.call('generateQuorumToken', { service: 'registration' });
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const foreign = sign('sha256', approvalData, keys.get('third') ?? '');
  await assert.rejects(
    admin.call('registerQuorumKey', { publicKey: pem, approvalData, signature: foreign }),
    refusedAs('quorum-failed', /Invalid username-signature pair/),
  );
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  await assert.rejects(
    admin.call('registerQuorumKey', {
      publicKey: weak.publicKey.export({ type: 'spki', format: 'pem' }),
      approvalData,
      signature: sign('sha256', approvalData, weak.privateKey),
    }),
    refusedAs('invalid-argument', /RSA-2048 or EC P-256/),
  );
  const { users } = await admin.call('listUsers', {});
  assert.deepEqual(
    users.filter(({ approver }) => approver).map(({ username }) => username),
    ['admin', 'second', 'third'],
  );
});

test('the token is the SHA-256 of the approval data, which begins with the 80 bytes of CloudHSM', async () => {
  const { approvalData, token } = await admin.call('generateQuorumToken', { service: 'user' });
  assert.equal(approvalData.length, 160);
  assert.deepEqual(Buffer.from(token), createHash('sha256').update(approvalData).digest());
  assert.equal(Buffer.from(approvalData).subarray(32, 37).toString(), 'admin');
});

test('user management requires the approval of M users once M is set, at every HSM', async () => {
  await admin.call('setQuorumValue', { service: 'quorum', value: 2 });
  await assert.rejects(
    admin.call('setQuorumValue', { service: 'user', value: 2 }),
    refusedAs('quorum-required'),
  );
  await admin.call('setQuorumValue', {
    service: 'user',
    value: 2,
    approval: await approval('quorum', 'admin', 'third'),
  });
  await assert.rejects(
    admin.call('createUser', newUser('x')),
    refusedAs('quorum-required', /^Quorum approval is required for this operation$/),
  );
  await assert.rejects(second.call('createUser', newUser('x')), refusedAs('quorum-required'));
  await admin.call('createUser', {
    ...newUser('approved'),
    approval: await approval('user', 'admin', 'second'),
  });
  await admin.call('changePassword', {
    ...newUser('approved'),
    approval: await approval('user', 'third', 'second'),
  });
  await admin.call('deleteUser', {
    username: 'approved',
    role: 'crypto-user',
    approval: await approval('user', 'third', 'second'),
  });
  await admin.call('changePassword', {
    username: 'admin',
    role: 'admin',
    password: ADMIN_PASSWORD,
  });
});

test('approvals with too few, foreign, duplicate or stale signatures are rejected', async () => {
  const create = (given: Approval): Promise<unknown> =>
    admin.call('createUser', { ...newUser('never'), approval: given });
  const one = await approval('user', 'admin');
  await assert.rejects(
    create(one),
    refusedAs(
      'quorum-failed',
      /^Too few quorum approvals: currently 1 approvals, but 2 approvals required$/,
    ),
  );
  const pair = refusedAs(
    'quorum-failed',
    /^Invalid username-signature pair for quorum authorization$/,
  );
  const good = await approval('user', 'admin', 'second');
  const [first, other] = good.signatures;
  assert.ok(first && other);
  await assert.rejects(create({ ...good, signatures: [first, first] }), pair);
  await assert.rejects(
    create({ ...good, signatures: [first, { ...other, username: 'third' }] }),
    pair,
  );
  await assert.rejects(
    create({ ...good, signatures: [first, { ...other, signature: Buffer.alloc(70) }] }),
    pair,
  );
  await assert.rejects(
    create({ ...good, signatures: [first, { ...other, username: 'nobody' }] }),
    pair,
  );
  const unknown = refusedAs('quorum-failed', /^Quorum Failed: the token is unknown/);
  await assert.rejects(create(signed(Buffer.alloc(80), 'admin', 'second')), unknown);
  await assert.rejects(create(await approval('quorum', 'admin', 'second')), unknown);
  const replaced = await approval('user', 'admin', 'second');
  const late = await approval('user', 'admin', 'second');
  await assert.rejects(create(replaced), unknown);
  world.clock.advance(600_001);
  await assert.rejects(create(late), unknown);
  assert.equal((await admin.call('listQuorumTokens', {})).tokens.length, 0);
});

test('an approval is valid once, even for two concurrent commands, and only for the user it was made for', async () => {
  const good = await approval('user', 'admin', 'second');
  await assert.rejects(
    second.call('createUser', { ...newUser('stolen'), approval: good }),
    refusedAs('quorum-failed'),
  );
  const outcomes = await Promise.allSettled([
    admin.call('createUser', { ...newUser('one'), approval: good }),
    admin.call('createUser', { ...newUser('two'), approval: good }),
  ]);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('an approval for one operation is for its command and arguments only', async () => {
  const eve = newUser('eve');
  const forOperation = async (command: string, input: object): Promise<Approval> => {
    const operation = createHash('sha256').update(operationText(command, input)).digest();
    const { approvalData } = await admin.call('generateQuorumToken', {
      service: 'user',
      operation,
    });
    return signed(approvalData, 'admin', 'second');
  };
  const create = await forOperation('createUser', { ...eve, password: undefined });
  const other = refusedAs('quorum-failed', /for another operation, or for other arguments$/);
  for (const changed of [
    { ...eve, username: 'mallory' },
    { ...eve, role: 'auditor' },
  ] as const)
    await assert.rejects(admin.call('createUser', { ...changed, approval: create }), other);
  await assert.rejects(
    admin.call('changePassword', { ...newUser('one'), approval: create }),
    other,
  );
  await admin.call('createUser', { ...eve, approval: create });
  await admin.call('deleteUser', {
    username: 'eve',
    role: 'crypto-user',
    approval: await forOperation('deleteUser', { username: 'eve', role: 'crypto-user' }),
  });
});

test('an HSM rejects an approval if it can’t reach the maker of the token, or the maker restarted', async () => {
  const [, holder] = world.hsms;
  assert.ok(holder);
  const good = await approval('user', 'admin', 'second');
  const atOther = await world.login('admin', 'admin', holder);
  const create = (): Promise<unknown> =>
    atOther.call('createUser', { ...newUser('nowhere'), approval: good });
  await world.first.stop();
  await assert.rejects(create(), refusedAs('quorum-failed', /cannot reach hsm-aaaaaaaaaaa/));
  await world.restart(world.first);
  await assert.rejects(create(), refusedAs('quorum-failed', /unknown, expired, used before/));
  admin = await world.login('admin', 'admin');
});

test('a token works at any HSM of the cluster that is linked to its maker', async () => {
  const elsewhere = await world.connect(world.hsms[1]);
  await elsewhere.call('login', { username: 'admin', role: 'admin', password: ADMIN_PASSWORD });
  await elsewhere.call('createUser', {
    ...newUser('elsewhere'),
    approval: await approval('user', 'second', 'third'),
  });
});

test('lowering a service’s quorum value requires as many approvals as the service itself', async () => {
  await admin.call('setQuorumValue', {
    service: 'user',
    value: 3,
    approval: await approval('quorum', 'admin', 'second'),
  });
  const lower = async (...usernames: string[]): Promise<unknown> =>
    admin.call('setQuorumValue', {
      service: 'user',
      value: 1,
      approval: await approval('quorum', ...usernames),
    });
  await assert.rejects(
    lower('admin', 'second'),
    refusedAs('quorum-failed', /3 approvals required/),
  );
  await lower('admin', 'second', 'third');
});

test('a user whom a quorum needs can’t be deleted', async () => {
  await admin.call('setQuorumValue', {
    service: 'user',
    value: 3,
    approval: await approval('quorum', 'admin', 'second'),
  });
  const all = ['admin', 'second', 'third'];
  await third.call('logout', {});
  await assert.rejects(
    admin.call('deleteUser', {
      username: 'third',
      role: 'admin',
      approval: await approval('user', ...all),
    }),
    refusedAs('not-permitted', /the quorum of user needs/),
  );
  await assert.rejects(
    admin.call('removeQuorumKey', { username: 'third', approval: await approval('user', ...all) }),
    refusedAs('not-permitted'),
  );
  await admin.call('setQuorumValue', {
    service: 'user',
    value: 1,
    approval: await approval('quorum', ...all),
  });
});

test('the deletion of a token key can require a quorum, that of session keys can’t', async () => {
  const alice = await world.login('alice');
  await admin.call('setQuorumValue', {
    service: 'key-deletion',
    value: 2,
    approval: await approval('quorum', 'admin', 'second'),
  });
  const make = async (token: boolean): Promise<string> =>
    (await alice.call('generateKey', { keyType: 'aes', length: 32, template: { token } })).handle;
  const [kept, other, session] = [await make(true), await make(true), await make(false)];
  await alice.call('destroyKey', { handle: session });
  await assert.rejects(alice.call('destroyKey', { handle: kept }), refusedAs('quorum-required'));
  const { approvalData } = await alice.call('generateQuorumToken', {
    service: 'key-deletion',
    keyHandle: other,
  });
  const good = signed(approvalData, 'admin', 'second');
  await assert.rejects(
    alice.call('destroyKey', { handle: kept, approval: good }),
    refusedAs('quorum-failed'),
  );
  await alice.call('destroyKey', { handle: other, approval: good });
  assert.equal((await alice.call('findKeys', { filter: { handle: kept }, limit: 1 })).total, 1);
});

test('exports and their restoration can require a quorum, which the backup carries', async () => {
  await admin.call('setQuorumValue', {
    service: 'backup',
    value: 2,
    approval: await approval('quorum', 'admin', 'second'),
  });
  await admin.call('setQuorumValue', {
    service: 'restore',
    value: 2,
    approval: await approval('quorum', 'admin', 'second'),
  });
  await assert.rejects(admin.call('exportBackup', {}), refusedAs('quorum-required'));
  await admin.call('exportBackup', {
    approval: await approval('backup', 'admin', 'third'),
  });
  const { bytes } = await admin.call('readBackup', { offset: 0 });

  await using elsewhere = await emptyWorld({ manufacturer: world.manufacturer });
  const { address, control } = await elsewhere.addHsm();
  const permit = await permitRestore(control);
  const shares = holders.open(world.recovery);
  const look = await connectHsm(address, { trustAnchor: undefined });
  look.close();
  const stranger = await connectHsm(address, { trustAnchor: look.clusterCertificate });
  const restore = async (given?: Approval): Promise<unknown> => {
    for (let offset = 0; offset < bytes.length; offset += 12_000) {
      await stranger.call('writeBackup', {
        offset,
        bytes: bytes.subarray(offset, offset + 12_000),
        permit,
      });
    }
    return stranger.call('restoreBackup', { shares, permit, ...(given && { approval: given }) });
  };
  await assert.rejects(restore(), refusedAs('quorum-required'));
  await assert.rejects(
    restore(signed(Buffer.alloc(0), 'admin', 'second')),
    refusedAs('quorum-failed'),
  );
  const { approvalData } = await stranger.call('generateRestoreToken', { permit });
  await assert.rejects(
    restore(signed(approvalData, 'admin')),
    refusedAs('quorum-failed', /Too few/),
  );
  await restore(signed(approvalData, 'admin', 'second'));
  assert.equal((await stranger.call('info', {})).lifecycle, 'active');
  stranger.close();
});

test('a guarded cluster accepts approvals of one operation only', async () => {
  const { order } = recoveryHolders(['anna'], 1);
  await using guarded = await hsmWorld(1, { recovery: order, guarded: true });
  const approvers = new Approvers();
  const one = await guarded.login('admin', 'admin');
  await one.call('createUser', { username: 'other', role: 'admin', password: USER_PASSWORD });
  const other = await guarded.connect();
  await other.call('login', { username: 'other', role: 'admin', password: USER_PASSWORD });
  await approvers.register(one, 'admin');
  await approvers.register(other, 'other');
  await one.call('setQuorumValue', { service: 'user', value: 2 });
  await assert.rejects(
    one.call('generateQuorumToken', { service: 'user' }),
    refusedAs('quorum-failed', /in a guarded cluster, an approval is for one operation/),
  );
  const approval = await approvers.approvalOf(
    one,
    'user',
    ['createUser', newUser('alice')],
    ['admin', 'other'],
  );
  await assert.rejects(
    one.call('createUser', { ...newUser('mallory'), approval }),
    refusedAs('quorum-failed', /for another operation/),
  );
  await one.call('createUser', { ...newUser('alice'), approval });
});
