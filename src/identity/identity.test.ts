import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SecretText, systemClock } from '../base/index.ts';
import { open, randomBytes, seal } from '../crypto/index.ts';
import { openSqliteStore } from '../storage/index.ts';
import { lateReads } from '../../test/support/late-reads.ts';
import { openIdentity, type Seal } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyhold-identity-'));
const path = join(folder, 'metadata.db');
const store = openSqliteStore(path);
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const key = randomBytes(32);
/** Real encryption, with the key in memory instead of in an HSM. */
const localSeal: Seal = {
  seal: async (secret, purpose) =>
    seal(key, Buffer.from(secret.reveal()), Buffer.from(purpose)).toString('base64'),
  open: async (sealed, purpose) =>
    new SecretText(open(key, Buffer.from(sealed, 'base64'), Buffer.from(purpose)).toString()),
};

describe('the first administrator', () => {
  const identity = openIdentity({ store, clock: systemClock, seal: localSeal });
  after(() => identity.close());

  it('is created once, and returned at every later start', async () => {
    const first = await identity.bootstrap({ account: '111122223333' });
    assert.match(first?.accessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/);
    assert.match(first?.secretAccessKey.reveal() ?? '', /^[A-Za-z0-9+/]{40}$/);
    const again = await identity.bootstrap({ account: '444455556666' });
    assert.equal(again?.account, '111122223333');
    assert.equal(again.accessKeyId, first?.accessKeyId);
    assert.equal(again.secretAccessKey.reveal(), first?.secretAccessKey.reveal());
  });

  it('is found by its access key, with full access, but not with a session token', async () => {
    const { accessKeyId = '', secretAccessKey } =
      (await identity.bootstrap({ account: '111122223333' })) ?? {};
    const caller = await identity.lookup(accessKeyId);
    assert.equal(caller?.secretAccessKey.reveal(), secretAccessKey?.reveal());
    assert.equal(caller?.principal.arn, 'arn:aws:iam::111122223333:user/admin');
    assert.equal(caller.policies.identity.length, 1);
    assert.equal(identity.lookup(accessKeyId), caller, 'from the cache, at once');
    assert.equal(await identity.lookup(accessKeyId, 'token'), undefined);
    assert.equal(await identity.lookup('AKIAAAAAAAAAAAAAAAAA'), undefined);
  });

  it('has a secret that is not on disk unencrypted', async () => {
    const { secretAccessKey = new SecretText('') } =
      (await identity.bootstrap({ account: '111122223333' })) ?? {};
    for (const file of [path, `${path}-wal`])
      assert.ok(!readFileSync(file).includes(secretAccessKey.reveal()));
  });

  it('is locked out at once if its access key is deactivated, and not restored by a start', async () => {
    const { accessKeyId = '' } = (await identity.bootstrap({ account: '111122223333' })) ?? {};
    await store.transact(async (transaction) => {
      const row = await transaction.get('accessKeys', accessKeyId);
      if (row) await transaction.put('accessKeys', { ...row, active: false });
    });
    assert.equal(await identity.lookup(accessKeyId), undefined);
    assert.equal(await identity.bootstrap({ account: '111122223333' }), undefined);
  });
});

describe('a session', () => {
  let now = Date.UTC(2026, 10, 24);
  const identity = openIdentity({ store, clock: { now: () => now }, seal: localSeal });
  after(() => identity.close());

  it('expires by the clock, cached or not', async () => {
    const { principal } = (await administratorOf('777788889999')) ?? {};
    const { accessKeyId, sessionToken } = await identity.issueSession({
      account: '777788889999',
      kind: 'user',
      name: 'admin',
      uniqueId: principal?.userId ?? '',
      issuedAt: now,
      expiresAt: now + 900_000,
    });
    now += 899_999;
    const caller = await identity.lookup(accessKeyId, sessionToken);
    assert.equal(caller?.principal.arn, 'arn:aws:iam::777788889999:user/admin');
    assert.equal(identity.lookup(accessKeyId, sessionToken), caller, 'from the cache, at once');
    now += 1;
    const expired = { code: 'ExpiredTokenException' };
    assert.throws(() => identity.lookup(accessKeyId, sessionToken), expired);
    const elsewhere = openIdentity({ store, clock: { now: () => now }, seal: localSeal });
    await assert.rejects(async () => elsewhere.lookup(accessKeyId, sessionToken), expired);
    await elsewhere.close();
  });

  it('is known by its own token only, also among concurrent requests with wrong ones', async () => {
    const { accessKeyId, sessionToken } = await sessionOf('777788889998');
    const wrong = `${sessionToken.slice(0, -8)}AAAAAAA=`;
    const elsewhere = openIdentity({ store, clock: { now: () => now }, seal: localSeal });
    const callers = await Promise.all(
      [wrong, sessionToken, wrong, sessionToken].map(async (token) =>
        elsewhere.lookup(accessKeyId, token),
      ),
    );
    assert.deepEqual(
      callers.map((caller) => caller?.principal.account),
      [undefined, '777788889998', undefined, '777788889998'],
    );
    assert.equal(callers[1], callers[3], 'two requests share one load');
    await elsewhere.close();
  });

  it('ends when its user is deleted, even while the user is being loaded', async () => {
    const account = '777788889997';
    const { accessKeyId, sessionToken } = await sessionOf(account);
    const late = lateReads(store);
    const elsewhere = openIdentity({ store: late, clock: { now: () => now }, seal: localSeal });
    const lookup = async () => elsewhere.lookup(accessKeyId, sessionToken);
    assert.ok(await lookup());
    await store.transact(async (transaction) => {
      const user = await transaction.get('users', account, 'admin');
      if (user) await transaction.put('users', user);
    });
    const deliver = late.holdNext();
    const early = lookup();
    // The token is opened first. Its user's rows have been read after this.
    await new Promise(setImmediate);
    await store.transact((transaction) => transaction.delete('users', account, 'admin'));
    const afterDeletion = lookup();
    deliver();
    assert.equal(await afterDeletion, undefined, 'joined a load from before the deletion');
    assert.ok(await early, 'this request began before the deletion');
    assert.equal(await lookup(), undefined, 'kept a caller from before the deletion');
    await elsewhere.close();
  });

  async function sessionOf(account: string) {
    const { principal } = (await administratorOf(account)) ?? {};
    return identity.issueSession({
      account,
      kind: 'user',
      name: 'admin',
      uniqueId: principal?.userId ?? '',
      issuedAt: now,
      expiresAt: now + 900_000,
    });
  }

  async function administratorOf(account: string) {
    const { user, key } = await identity.newAdministrator(account);
    await store.transact(async (transaction) => {
      await transaction.put('users', user);
      await transaction.put('accessKeys', key);
    });
    return identity.lookup(key.accessKeyId);
  }
});
