/**
 * Two tables: the roles that may send each command, and the commands in each state of a cluster.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connectHsm, type HsmConnection } from '../client/index.ts';
import { emptyWorld, USER_PASSWORD } from '../../../test/support/hsm/hsm-world.ts';
import {
  HsmError,
  type CommandInput,
  type CommandName,
  type HsmErrorCode,
  type Role,
} from '../wire/index.ts';

type Who = 'anyone' | Exclude<Role, 'unactivated-admin' | 'internal(APPLIANCE_USER)'>;

const everyone: readonly Who[] = ['anyone', 'admin', 'crypto-user', 'auditor'];
const users: readonly Who[] = ['admin', 'crypto-user', 'auditor'];
const key = '0'.repeat(16);
const bytes = Buffer.alloc(1);
const signing = { mechanism: 'ecdsa-sha256', form: 'raw', data: bytes } as const;
const aesKey = { class: 'secret-key', type: 'aes' } as const;
const nobody = { username: 'nobody', role: 'crypto-user' } as const;

/** A well-formed example of each command without effects, and the roles that may send it. */
const table: {
  readonly [C in CommandName]: readonly [may: readonly Who[], input: CommandInput<C>];
} = {
  hello: [everyone, { versions: [1], client: 'test' }],
  info: [everyone, {}],
  describeHardware: [everyone, {}],
  activate: [[], { password: USER_PASSWORD }],
  login: [everyone, { ...nobody, password: USER_PASSWORD }],
  listUsers: [everyone, {}],
  listMembers: [['admin', 'auditor'], {}],
  admitHsm: [['admin'], { hsmId: 'hsm-x', fingerprint: '0'.repeat(64) }],
  removeHsm: [['admin'], { hsmId: 'hsm-x' }],
  createUser: [['admin'], { ...nobody, username: 'not a name', password: USER_PASSWORD }],
  deleteUser: [['admin'], nobody],
  changePassword: [['admin'], { ...nobody, password: USER_PASSWORD }],
  generateKey: [['crypto-user'], { keyType: 'aes', length: 32, template: { token: false } }],
  findKeys: [['admin', 'crypto-user'], { filter: {}, limit: 1 }],
  setAttribute: [['crypto-user'], { handle: key, name: 'label', value: '' }],
  destroyKey: [['crypto-user'], { handle: key }],
  shareKey: [['crypto-user'], { handle: key, username: 'nobody' }],
  unshareKey: [['crypto-user'], { handle: key, username: 'nobody' }],
  encrypt: [['crypto-user'], { key, plaintext: bytes, aad: bytes }],
  decrypt: [['crypto-user'], { key, ciphertext: bytes, aad: bytes }],
  reencrypt: [
    ['crypto-user'],
    { from: { key, ciphertext: bytes, aad: bytes }, to: { key, aad: bytes } },
  ],
  encryptRandom: [['crypto-user'], { key, length: 1, aad: bytes, reveal: false }],
  encryptRandomPair: [['crypto-user'], { key, kind: 'secp256r1', aad: bytes, reveal: false }],
  generateKeyPair: [
    ['crypto-user'],
    { kind: 'secp256r1', publicTemplate: {}, privateTemplate: { token: false } },
  ],
  exportPublicKey: [['crypto-user'], { key }],
  sign: [['crypto-user'], { key, ...signing }],
  verify: [['crypto-user'], { key, ...signing, signature: bytes }],
  mac: [['crypto-user'], { key, hash: 'sha256', message: bytes }],
  verifyMac: [['crypto-user'], { key, hash: 'sha256', message: bytes, mac: bytes }],
  deriveSecret: [['crypto-user'], { key, publicKey: bytes }],
  encapsulate: [['crypto-user'], { key }],
  decapsulate: [['crypto-user'], { key, ciphertext: bytes }],
  generateWrappedKey: [
    ['crypto-user'],
    { wrappingKey: key, form: { class: 'secret-key', type: 'aes', length: 32 }, binding: bytes },
  ],
  rewrapKey: [
    ['crypto-user'],
    { fromKey: key, mechanism: 'aes-kwp', wrapped: bytes, form: aesKey, toKey: key, prefix: bytes },
  ],
  wrapKey: [['crypto-user'], { key, wrappingKey: key }],
  unwrapKey: [['crypto-user'], { wrappingKey: key, wrapped: bytes, template: {} }],
  importPublicKey: [['crypto-user'], { kind: 'ed25519', publicKey: bytes, template: {} }],
  random: [['crypto-user'], { length: 1 }],
  readAudit: [['admin', 'auditor'], { from: 0, limit: 1 }],
  checkpointAudit: [['admin', 'auditor'], {}],
  getAuditPolicy: [['admin', 'auditor'], {}],
  setAuditPolicy: [['admin'], { cryptography: false }],
  logoutUser: [['admin'], { username: 'nobody' }],
  disableUser: [['admin'], { username: 'nobody' }],
  enableUser: [['admin'], { username: 'nobody' }],
  listQuorumValues: [everyone, {}],
  setQuorumValue: [['admin'], { service: 'user', value: 8 }],
  registerQuorumKey: [
    ['admin', 'crypto-user'],
    { publicKey: '', approvalData: bytes, signature: bytes },
  ],
  removeQuorumKey: [['admin'], { username: 'nobody' }],
  generateQuorumToken: [['admin', 'crypto-user'], { service: 'key-deletion' }],
  listQuorumTokens: [['admin', 'crypto-user'], {}],
  deleteQuorumTokens: [['admin', 'crypto-user'], { scope: 'user' }],
  generateRestoreToken: [[], {}],
  exportBackup: [['admin'], { passphrase: 'short' }],
  readBackup: [['admin'], { offset: 0 }],
  writeBackup: [['admin'], { offset: 0, bytes }],
  checkBackup: [['admin'], { passphrase: 'wrong' }],
  describeRecovery: [['admin', 'auditor'], {}],
  reissueRecovery: [['admin'], { holders: [], threshold: 1, signature: bytes }],
  restoreBackup: [[], { passphrase: 'wrong' }],
  logout: [users, {}],
};
const names = Object.keys(table) as CommandName[];

async function outcome(
  connection: HsmConnection,
  command: CommandName,
): Promise<HsmErrorCode | 'done'> {
  try {
    await connection.call(command, table[command][1]);
    return 'done';
  } catch (error) {
    if (error instanceof HsmError) return error.code;
    throw error;
  }
}

const world = await emptyWorld();
after(() => world[Symbol.asyncDispose]());
await world.addHsm();

test('an uninitialized HSM only answers hello and info', async () => {
  const stranger = await connectHsm(world.first.address, { trustAnchor: undefined });
  assert.equal(stranger.info.lifecycle, 'uninitialized');
  await stranger.call('info', {});
  stranger.close();
});

test('an initialized HSM can only be activated, once', async () => {
  await world.claim();
  const connection = await world.connect();
  assert.equal((await connection.call('info', {})).lifecycle, 'active');
  assert.equal(await outcome(connection, 'activate'), 'wrong-lifecycle');
});

test('each role may send exactly the commands of the table', async () => {
  await world.login('alice');
  await world.login('eve', 'auditor');
  const logins = { admin: 'admin', 'crypto-user': 'alice', auditor: 'eve' } as const;
  for (const who of everyone) {
    const connection =
      who === 'anyone' ? await world.connect() : await world.login(logins[who], who);
    for (const command of names) {
      const [may] = table[command];
      const got = await outcome(connection, command);
      if (may.length === 0) continue;
      const refused = got === 'not-permitted' || got === 'not-logged-in';
      // A logged-in user cannot log in again.
      const expected = command === 'login' && who !== 'anyone' ? false : may.includes(who);
      assert.equal(!refused, expected, `${command} by ${who}: ${got}`);
    }
  }
});
