import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { SecretText, silentLogger, systemClock } from '../../base/index.ts';
import { HsmError } from '../wire/index.ts';
import {
  connectCluster,
  HsmUnreachableError,
  type ClusterClient,
  type Credentials,
} from './index.ts';
import {
  customerCa,
  startScriptedHsm,
  type CustomerCa,
  type Script,
  type ScriptedHsm,
} from '../../../test/support/hsm/scripted-hsm-world.ts';

let ca: CustomerCa;
let clean: (() => unknown)[] = [];

before(async () => {
  ca = await customerCa();
});
afterEach(async () => {
  for (const step of clean.toReversed()) await step();
  clean = [];
});

async function start(count: number, script: Script = {}): Promise<ScriptedHsm[]> {
  const hsms = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      startScriptedHsm(ca, `hsm-${index}`, { ...script }),
    ),
  );
  clean.push(...hsms.map((hsm) => () => hsm.stop()));
  return hsms;
}

async function connect(
  hsms: readonly ScriptedHsm[],
  credentials: Partial<Credentials> = {},
  trustAnchor = ca.certificate,
): Promise<ClusterClient> {
  const client = await connectCluster({
    trustAnchor,
    timeout: 300,
    members: hsms.map(({ address }) => address),
    credentials: {
      username: 'kmsuser',
      role: 'crypto-user',
      password: new SecretText('first'),
      ...credentials,
    },
    clock: systemClock,
    log: silentLogger,
  });
  clean.push(() => client.close());
  return client;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    assert.ok(tries < 1000, 'waited too long');
    await wait(10);
  }
}

const healthyCount = (client: ClusterClient): number =>
  client.members().filter(({ healthy }) => healthy).length;
const logins = (hsms: readonly ScriptedHsm[]): number =>
  hsms.reduce((sum, hsm) => sum + hsm.heard('login'), 0);
const encryption = { key: '01', plaintext: Buffer.from('p'), aad: Buffer.alloc(0) };
const template = { keyType: 'aes', length: 32, template: {} } as const;

describe('logging in to a cluster', () => {
  test('logs in to every HSM, exclusively only at the first', async () => {
    const hsms = await start(3);
    const client = await connect(hsms, { exclusive: true });
    await until(() => healthyCount(client) === 3);
    const exclusive = hsms
      .flatMap(({ requests }) => requests)
      .filter(({ op, in: input }) => op === 'login' && (input as Credentials).exclusive);
    assert.equal(exclusive.length, 1);
    assert.equal(logins(hsms), 3);
  });

  test('succeeds if one HSM of two is reachable', async () => {
    const [a, b] = await start(2);
    assert.ok(a && b);
    await a.stop();
    const client = await connect([a, b]);
    const health = client.members();
    assert.deepEqual(
      health.map(({ healthy }) => healthy),
      [false, true],
    );
    assert.ok(health[0]?.reason);
    assert.equal(health[1]?.reason, undefined);
  });

  test('sends a wrong password to one HSM only, and never again', async () => {
    const hsms = await start(3, { login: () => new HsmError('login-failed') });
    await assert.rejects(connect(hsms), { code: 'login-failed' });
    await wait(300);
    assert.equal(logins(hsms), 1);
  });

  test('tries the other HSMs if one does not have the user yet', async () => {
    const [a, b] = await start(2);
    assert.ok(a && b);
    a.script = { login: () => new HsmError('user-not-found') };
    const client = await connect([a, b]);
    assert.equal(healthyCount(client), 1);
  });

  test('fails with the rejection of an HSM rather than with unreachable HSMs', async () => {
    const [a, b] = await start(2, { login: () => new HsmError('user-not-found') });
    assert.ok(a && b);
    await a.stop();
    await assert.rejects(connect([a, b]), { code: 'user-not-found' });
  });

  test('fails with the reason if no HSM is reachable or trusted', async () => {
    const hsms = await start(2);
    const stranger = await customerCa();
    await assert.rejects(
      connect(hsms, {}, stranger.certificate),
      (error) => error instanceof HsmUnreachableError && error.reason === 'untrusted',
    );
    await assert.rejects(
      connect([]),
      (error) => error instanceof HsmUnreachableError && error.reason === 'no-hsm',
    );
    assert.equal(logins(hsms), 0);
  });
});

describe('calls to a cluster', () => {
  async function whole(
    count: number,
    script: Script = {},
  ): Promise<{ hsms: ScriptedHsm[]; client: ClusterClient }> {
    const hsms = await start(count, script);
    const client = await connect(hsms);
    await until(() => healthyCount(client) === count);
    return { hsms, client };
  }

  test('are distributed evenly', async () => {
    const { hsms, client } = await whole(3);
    await Promise.all(Array.from({ length: 30 }, () => client.call('encrypt', encryption)));
    assert.deepEqual(
      hsms.map((hsm) => hsm.heard('encrypt')),
      [10, 10, 10],
    );
    assert.equal(
      client.members().reduce((sum, { operations }) => sum + operations, 0),
      30,
    );
  });

  for (const answer of [
    'hang up',
    'garbage',
    'silence',
    new HsmError('busy'),
    new HsmError('key-not-found'),
    new HsmError('not-logged-in'),
  ] as const) {
    test(`are retried on another HSM if one answers ${answer instanceof HsmError ? answer.code : answer}`, async () => {
      const { hsms, client } = await whole(2);
      assert.ok(hsms[0]);
      hsms[0].script = { encrypt: () => answer };
      await Promise.all(Array.from({ length: 4 }, () => client.call('encrypt', encryption)));
      assert.ok(hsms[0].heard('encrypt') >= 1);
    });
  }

  test('with effects are not retried if they may have been executed', async () => {
    const { hsms, client } = await whole(2, { generateKey: () => 'hang up' });
    await assert.rejects(
      client.call('generateKey', template),
      (error) => error instanceof HsmUnreachableError && error.maybeDone,
    );
    assert.equal(
      hsms.reduce((sum, hsm) => sum + hsm.heard('generateKey'), 0),
      1,
    );
  });

  test('with effects are retried if an HSM was too busy to execute them', async () => {
    const { hsms, client } = await whole(2, { generateKey: () => ({ handle: '1' }) });
    assert.ok(hsms[0]);
    hsms[0].script = { generateKey: () => new HsmError('busy') };
    for (let count = 0; count < 4; count += 1)
      assert.ok(await client.call('generateKey', template));
  });

  test('fail with busy if all HSMs are busy', async () => {
    const { hsms, client } = await whole(2, { encrypt: () => new HsmError('busy') });
    await assert.rejects(client.call('encrypt', encryption), { code: 'busy' });
    assert.deepEqual(
      hsms.map((hsm) => hsm.heard('encrypt')),
      [1, 1],
    );
  });

  test('are retried elsewhere if an HSM is silent, which then gets no more calls', async () => {
    const { hsms, client } = await whole(2);
    assert.ok(hsms[0]);
    hsms[0].script = { encrypt: () => 'silence', info: () => 'silence' };
    for (let count = 0; count < 20; count += 1) assert.ok(await client.call('encrypt', encryption));
    assert.ok(hsms[0].heard('encrypt') <= 1);
  });

  test('reach the one HSM that answers among several silent ones', async () => {
    const { hsms, client } = await whole(4);
    for (const hsm of hsms.slice(0, 3))
      hsm.script = { encrypt: () => 'silence', info: () => 'silence' };
    for (let count = 0; count < 8; count += 1) assert.ok(await client.call('encrypt', encryption));
    assert.ok((hsms[3]?.heard('encrypt') ?? 0) >= 8);
  });

  test('go to a slow HSM less often', async () => {
    const { hsms, client } = await whole(2);
    const [slow, quick] = hsms;
    assert.ok(slow && quick);
    // Answers only after the other HSM has answered ten times as many.
    const held: ((answer: object) => void)[] = [];
    slow.script = { encrypt: () => new Promise<object>((resolve) => held.push(resolve)) };
    quick.script = {
      encrypt: () => {
        if (quick.heard('encrypt') % 10 === 0) held.shift()?.({ ciphertext: Buffer.from('c') });
        return { ciphertext: Buffer.from('c') };
      },
    };
    const callers = Array.from({ length: 5 }, async () => {
      for (let count = 0; count < 40; count += 1) await client.call('encrypt', encryption);
    });
    await Promise.all(callers);
    assert.ok(
      slow.heard('encrypt') * 3 < quick.heard('encrypt'),
      `${slow.heard('encrypt')} to ${quick.heard('encrypt')}`,
    );
  });

  test('fail at once with the reason if no HSM is usable', async () => {
    const { hsms, client } = await whole(1);
    await hsms[0]?.stop();
    await until(() => healthyCount(client) === 0);
    await assert.rejects(
      client.call('encrypt', encryption),
      (error) =>
        error instanceof HsmUnreachableError && error.reason === 'no-hsm' && !error.maybeDone,
    );
  });

  test('wait for a reconnecting HSM if no other is usable', async () => {
    const { hsms, client } = await whole(2);
    const [a, b] = hsms;
    assert.ok(a && b);
    const admitted = Promise.withResolvers<object>();
    Object.assign(a.script, { login: () => admitted.promise });
    a.drop();
    await until(() => a.heard('login') === 2);
    b.script = { encrypt: () => 'hang up', login: () => 'hang up' };
    const answer = client.call('encrypt', encryption);
    await until(() => b.heard('encrypt') === 1);
    admitted.resolve({ session: 's' });
    assert.ok(await answer);
  });

  test('can be sent to each HSM', async () => {
    const { client, hsms } = await whole(2);
    assert.ok(hsms[1]);
    hsms[1].script = { readAudit: () => new HsmError('not-permitted') };
    const answers = await client.callEach('readAudit', { from: 0, limit: 1 });
    assert.deepEqual(
      answers.map(({ hsmId, error }) => [hsmId, error?.message]),
      [
        ['hsm-0', undefined],
        ['hsm-1', 'not-permitted'],
      ],
    );
  });
});

describe('the connections to a cluster', () => {
  test('are restored and logged in after an HSM was down', async () => {
    const [hsm] = await start(1);
    assert.ok(hsm);
    const client = await connect([hsm]);
    hsm.drop();
    await until(() => hsm.heard('login') === 2 && healthyCount(client) === 1);
    assert.ok(await client.call('encrypt', encryption));
  });

  test('follow the list of members', async () => {
    const [a, b] = await start(2);
    assert.ok(a && b);
    const client = await connect([a]);
    client.setMembers([a.address, b.address]);
    await until(() => healthyCount(client) === 2);
    client.setMembers([b.address]);
    assert.deepEqual(
      client.members().map(({ hsmId }) => hsmId),
      ['hsm-1'],
    );
    assert.ok(await client.call('encrypt', encryption));
    assert.equal(a.heard('encrypt'), 0);
    assert.equal(a.heard('login'), 1);
  });

  test('survive the expiry of the certificate, but are not reopened after it', async () => {
    const [hsm] = await start(1);
    assert.ok(hsm);
    let now = Date.now();
    const client = await connectCluster({
      trustAnchor: ca.certificate,
      timeout: 300,
      members: [hsm.address],
      credentials: { username: 'kmsuser', role: 'crypto-user', password: new SecretText('first') },
      clock: { now: () => now },
      log: silentLogger,
    });
    clean.push(() => client.close());
    now = Date.UTC(2200, 0);
    assert.ok(await client.call('encrypt', encryption));
    hsm.drop();
    await until(() =>
      /certificate has expired on 2100-01-01/.test(client.members()[0]?.reason ?? ''),
    );
    assert.equal(hsm.heard('login'), 1);
  });

  test('are retried if the password changed while an HSM rejected the old one', async () => {
    const [a, b] = await start(2);
    assert.ok(a && b);
    const changed = Promise.withResolvers<void>();
    Object.assign(b.script, {
      login: async ({ password }: Record<string, unknown>) => {
        await changed.promise;
        return password === 'second' ? { session: 's' } : new HsmError('login-failed');
      },
    });
    const client = await connect([a, b]);
    await until(() => b.heard('login') === 1);
    client.setPassword(new SecretText('second'));
    changed.resolve();
    await until(() => healthyCount(client) === 2);
    assert.equal(b.heard('login'), 2);
  });

  test('wait for another password if an HSM rejects the current one', async () => {
    const [a, b] = await start(2);
    assert.ok(a && b);
    const client = await connect([a, b]);
    await until(() => healthyCount(client) === 2);
    const login = ({ password }: Record<string, unknown>) =>
      password === 'second' ? { session: 's' } : new HsmError('login-failed');
    Object.assign(b.script, { login });
    b.drop();
    await until(() => b.heard('login') === 2);
    await wait(500);
    assert.equal(b.heard('login'), 2);
    assert.ok(await client.call('encrypt', encryption));
    client.setPassword(new SecretText('second'));
    await until(() => healthyCount(client) === 2);
    assert.equal(b.heard('login'), 3);
  });
});
