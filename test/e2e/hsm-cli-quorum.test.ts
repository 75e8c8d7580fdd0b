import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CreateClusterCommand } from '@aws-sdk/client-cloudhsm-v2';
import {
  addHsm,
  asAdmin,
  holderFiles,
  ownCluster,
  subnetIds,
  untilCluster,
  type HolderFiles,
  type OwnCluster,
} from '../support/own-cluster.ts';
import { keyholdHsm } from '../support/keyhold-cli.ts';
import { startWorld, type World } from '../support/world.ts';

const asDeputy = { role: 'admin', pin: 'deputy:deputy-password-1' };
const asOwner = { role: 'crypto-user', pin: 'owner:owner-password-1' };
const PASSPHRASE = 'correct horse battery';

describe('keyhold hsm', () => {
  let world: World;
  let cluster: OwnCluster;
  let holders: HolderFiles;
  const keys = new Map<string, KeyObject>();
  const file = (name: string): string => join(world.folder, name);
  const hsm = (
    line: string,
    login = asAdmin,
    more: readonly string[] = [],
  ): Promise<Record<string, unknown>> =>
    cluster.hsm([...line.split(' '), ...more], login) as Promise<Record<string, unknown>>;
  const newUser = (name: string, role: string): string =>
    `user create --username ${name} --role ${role} --password ${name}-password-1`;

  /**
   * Approves a token as a user does: signs its digest externally and adds the signature to the
   * file.
   */
  async function approve(token: string, username: string): Promise<void> {
    await hsm('quorum token-sign digest', asAdmin, ['--token', token, '--path', file('digest')]);
    const key = keys.get(username);
    assert.ok(key);
    // The digest is the SHA-256 hash of the approval data, so this signs the same digest.
    const { approval_data: data, tokens } = JSON.parse(readFileSync(token, 'utf8')) as {
      approval_data?: string;
      tokens?: { approval_data: string }[];
    };
    const signature = sign(
      'sha256',
      Buffer.from(data ?? tokens?.[0]?.approval_data ?? '', 'base64'),
      key,
    );
    writeFileSync(file('signature'), signature);
    await hsm('quorum token-sign approve', asAdmin, [
      '--token',
      token,
      '--username',
      username,
      '--signature-path',
      file('signature'),
    ]);
  }

  /** Registers a key, with the approvals of `approvers` if that takes any. */
  async function register(
    username: string,
    login: typeof asAdmin,
    { approvers = [] }: { approvers?: readonly string[] } = {},
  ): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file(`${username}.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
    const token = file(`${username}-registration.token`);
    await hsm('quorum token-sign generate --service registration', login, ['--token', token]);
    const old = keys.get(username);
    keys.set(username, privateKey);
    await approve(token, username);
    if (old) keys.set(username, old);
    const options = ['--public-key', file(`${username}.pem`), '--signed-token', token];
    await approved('user change-quorum token-sign register', login, options, approvers);
    keys.set(username, privateKey);
  }

  /** Runs a command with the approvals of `approvers` for exactly this command. */
  async function approved(
    line: string,
    login: typeof asAdmin,
    options: readonly string[],
    approvers: readonly string[],
  ): Promise<Record<string, unknown>> {
    if (approvers.length === 0) return hsm(line, login, options);
    const token = file('approval.token');
    await hsm(line, login, [...options, '--request-approval', token]);
    for (const approver of approvers) await approve(token, approver);
    return hsm(line, login, [...options, '--approval', token]);
  }

  before(async () => {
    world = await startWorld();
    holders = holderFiles(world, ['anna', 'ben'], 2);
    cluster = await ownCluster(world, { activation: holders.args });
    await hsm(newUser('deputy', 'admin'));
    await hsm(newUser('owner', 'crypto-user'));
    await hsm('key generate-symmetric aes --label kept --key-length-bytes 32', asOwner);
  });
  after(() => world[Symbol.asyncDispose]());

  it('writes a backup to a file, lists the backups that contain a key, and checks that a backup can be opened', async () => {
    const path = ['--path', file('first.backup')];
    writeFileSync(file('passphrase'), `${PASSPHRASE}\n`);
    writeFileSync(file('incorrect'), 'incorrect horse battery');
    const passphrase = ['--passphrase-file', file('passphrase')];
    const made = await hsm('backup export', asAdmin, [...path, ...passphrase]);
    assert.equal(made['key-count'], 1);
    const checked = await hsm('backup check', asAdmin, [...path, ...passphrase]);
    assert.equal(checked['related'], true);
    await assert.rejects(
      hsm('backup check', asAdmin, [...path, '--passphrase-file', file('incorrect')]),
      /backup/i,
    );
    const holding = async (label: string): Promise<unknown> =>
      (await hsm(`backup list --key ${label}`, asAdmin, path))['backups'];
    assert.equal(((await holding('kept')) as unknown[]).length, 1);
    assert.deepEqual(await holding('other'), []);
    const torn = readFileSync(file('first.backup')).subarray(0, -1);
    writeFileSync(file('torn.backup'), torn);
    await assert.rejects(
      hsm('backup check', asAdmin, ['--path', file('torn.backup'), ...passphrase]),
      /backup/i,
    );
  });

  it('restores a backup into a new cluster, with its users and keys', async () => {
    const created = await world.cloudhsm.send(
      new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds: await subnetIds(world) }),
    );
    const clusterId = created.Cluster?.ClusterId ?? '';
    await untilCluster(world, clusterId, 'UNINITIALIZED', ({ State }) => State === 'UNINITIALIZED');
    await addHsm(world, clusterId, 'c');
    const options = [
      '--cluster-id',
      clusterId,
      '--path',
      file('first.backup'),
      '--passphrase-file',
      file('passphrase'),
      ...(await holders.open('anna', 'ben')),
    ];
    const root = ['--manufacturer-root', join(world.data, 'certificates', 'manufacturer-root.crt')];
    const wrongRoot = keyholdHsm(
      ['backup', 'restore', ...options, '--manufacturer-root', cluster.caFile],
      world.environment(),
    );
    await assert.rejects(wrongRoot, /did not certify/);
    await keyholdHsm(['backup', 'restore', ...options, ...root], world.environment());
    await untilCluster(
      world,
      clusterId,
      'the cluster is ACTIVE',
      ({ State }) => State === 'ACTIVE',
    );
    const target = ['--cluster-id', clusterId, '--ca-file', cluster.caFile];
    const as = (login: typeof asAdmin, ...args: string[]): Promise<unknown> =>
      keyholdHsm([...args, ...target], {
        ...world.environment(),
        CLOUDHSM_ROLE: login.role,
        CLOUDHSM_PIN: login.pin,
      });
    await assert.rejects(as(asOwner, 'key', 'list'), /voided the password/);
    const owner = ['--username', 'owner', '--role', 'crypto-user'];
    await as(asAdmin, 'user', 'change-password', ...owner, '--password', 'owner-password-1');
    const { matched_keys: found } = (await as(asOwner, 'key', 'list')) as {
      matched_keys: { attributes: { label: string } }[];
    };
    assert.deepEqual(
      found.map(({ attributes }) => attributes.label),
      ['kept'],
    );
  });

  it('creates a user with the approval of two admins', async () => {
    await register('admin', asAdmin);
    await register('deputy', asDeputy);
    await hsm('quorum token-sign set-quorum-value --service user --value 2');
    assert.equal((await hsm('quorum token-sign list-quorum-values'))['user'], 2);
    const token = file('user.token');
    const create = (): Promise<unknown> =>
      hsm(newUser('eve', 'crypto-user'), asAdmin, ['--approval', token]);
    await assert.rejects(
      hsm(newUser('eve', 'crypto-user')),
      /Quorum approval is required for this operation/,
    );
    await hsm('quorum token-sign generate --service user', asAdmin, ['--token', token]);
    await approve(token, 'admin');
    await assert.rejects(create(), /currently 1 approvals, but 2 approvals required/);
    await approve(token, 'deputy');
    assert.equal(((await hsm('quorum token-sign list'))['tokens'] as unknown[]).length, 1);
    await create();
    // For another user, so that only the token can be the reason.
    await assert.rejects(
      hsm(newUser('frank', 'crypto-user'), asAdmin, ['--approval', token]),
      /Quorum Failed: the token is unknown, expired, used before, or for something else/,
    );
    assert.deepEqual((await hsm('quorum token-sign list'))['tokens'], []);
    const { users } = (await hsm('user list')) as unknown as {
      users: { username: string; quorum: unknown[] }[];
    };
    assert.deepEqual(
      users.filter(({ quorum }) => quorum.length > 0).map(({ username }) => username),
      ['admin', 'deputy'],
    );
  });

  it('shows approvers the one command that they approve', async () => {
    const token = file('frank.token');
    const line = newUser('frank', 'crypto-user');
    await hsm(line, asAdmin, ['--request-approval', token]);
    const { operation } = await hsm('quorum token-sign show', asAdmin, ['--token', token]);
    assert.deepEqual(operation, {
      command: 'createUser',
      arguments: { role: 'crypto-user', username: 'frank' },
    });
    for (const username of ['admin', 'deputy']) await approve(token, username);
    await assert.rejects(
      hsm(newUser('mallory', 'crypto-user'), asAdmin, ['--approval', token]),
      /for another operation, or for other arguments/,
    );
    await hsm(line, asAdmin, ['--approval', token]);
    const forged = JSON.parse(readFileSync(token, 'utf8')) as { operation: string };
    writeFileSync(
      token,
      JSON.stringify({ ...forged, operation: forged.operation.replace('frank', 'grace') }),
    );
    await assert.rejects(
      hsm('quorum token-sign digest', asAdmin, ['--token', token]),
      /contradicts itself/,
    );
  });

  it('deletes a key with the approval of its owner and an admin', async () => {
    await register('owner', asOwner);
    await hsm('quorum token-sign set-quorum-value --service key-deletion --value 2');
    const remove = (more: readonly string[] = []): Promise<unknown> =>
      hsm('key delete --filter attr.label=kept', asOwner, more);
    await assert.rejects(remove(), /Quorum approval is required for this operation/);
    const token = file('deletion.token');
    await hsm(
      'quorum token-sign generate --service key-deletion --filter attr.label=kept',
      asOwner,
      ['--token', token],
    );
    for (const username of ['owner', 'admin']) await approve(token, username);
    await remove(['--approval', token]);
    assert.deepEqual((await hsm('key list', asOwner))['matched_keys'], []);
  });

  it('appoints other recovery holders with the signature of the customer’s CA', async () => {
    const shown = await hsm('cluster recovery show');
    assert.deepEqual([shown['guarded'], shown['threshold']], [false, 2]);
    const next = holderFiles(world, ['carla', 'dora'], 1);
    const request = file('recovery.request');
    await hsm('cluster recovery request', asAdmin, [...next.args, '--path', request]);
    assert.match(
      readFileSync(request, 'utf8'),
      /shares needed: 1 of 2\nholder: carla [0-9a-f]{64}/,
    );
    writeFileSync(file('recovery.signature'), await cluster.ca.signBytes(readFileSync(request)));
    const signed = ['--signature', file('recovery.signature')];
    await assert.rejects(
      hsm('cluster recovery reissue', asAdmin, [...next.args, ...signed]),
      /[Qq]uorum/,
    );
    const token = file('recovery.token');
    await hsm('quorum token-sign generate --service quorum', asAdmin, ['--token', token]);
    for (const username of ['admin', 'deputy']) await approve(token, username);
    await hsm('cluster recovery reissue', asAdmin, [...next.args, ...signed, '--approval', token]);
    await hsm('backup export', asAdmin, ['--path', file('second.backup')]);
    await assert.rejects(
      hsm('backup check', asAdmin, ['--path', file('first.backup')]),
      /passphrase|shares/,
    );
    const shares = await next.open('dora');
    const checked = await hsm('backup check', asAdmin, [
      '--path',
      file('second.backup'),
      ...shares,
    ]);
    assert.equal(checked['related'], true);
  });

  it('keeps a quorum that can be reached, whatever is approved', async () => {
    const deregister = 'user change-quorum token-sign deregister --username deputy';
    await assert.rejects(hsm(deregister), /Quorum approval is required for this operation/);
    const both = ['admin', 'deputy'];
    const needed = /the quorum of user needs deputy as an approver; lower its quorum value first/;
    await assert.rejects(approved(deregister, asAdmin, [], both), needed);
    await assert.rejects(
      approved('user delete --username deputy --role admin', asAdmin, [], both),
      needed,
    );
    await assert.rejects(approved('user disable --username deputy', asAdmin, [], both), needed);
    assert.equal((await hsm('quorum token-sign list-quorum-values'))['user'], 2);
  });
});
