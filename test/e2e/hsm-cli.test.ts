import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPublicKey, createVerify, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { keyhold } from '../support/keyhold-cli.ts';
import { asAdmin, ownCluster, type OwnCluster } from '../support/own-cluster.ts';
import { startWorld, type World } from '../support/world.ts';

const alice = { role: 'crypto-user', pin: 'alice:alice-password-1' };
const bob = { role: 'crypto-user', pin: 'bob:bob-password-1' };

interface Key {
  readonly 'key-reference': string;
  readonly 'key-info': {
    readonly 'cluster-coverage': string;
    readonly 'shared-users': readonly { readonly username: string }[];
  };
  readonly attributes: Readonly<Record<string, unknown>>;
}

describe('keyhold hsm', () => {
  let world: World;
  let cluster: OwnCluster;
  const file = (name: string): string => join(world.folder, name);
  const as =
    (user: typeof alice) =>
    (line: string, more: readonly string[] = []) =>
      cluster.hsm([...line.split(' '), ...more], user) as Promise<Record<string, unknown>>;
  const asAlice = as(alice);
  const asBob = as(bob);
  /** Returns the keys with a label that a user can see. */
  const keysOf = async (user: typeof alice, label: string): Promise<readonly Key[]> =>
    (await as(user)(`key list --verbose --filter attr.label=${label}`))[
      'matched_keys'
    ] as readonly Key[];

  before(async () => {
    world = await startWorld();
    cluster = await ownCluster(world);
    for (const { pin } of [alice, bob]) {
      const [username = '', password = ''] = pin.split(':');
      await cluster.hsm(
        ['user', 'create', '--username', username, '--role', 'crypto-user', '--password', password],
        asAdmin,
      );
    }
  });
  after(() => world[Symbol.asyncDispose]());

  it('generates symmetric keys on all HSMs, changes their attributes, and shares them', async () => {
    const made = await asAlice(
      'key generate-symmetric aes --label shared --key-length-bytes 32 --attributes encrypt=true decrypt=true --share-crypto-users bob',
    );
    assert.equal((made['key'] as Key)['key-info']['cluster-coverage'], 'full');
    assert.deepEqual(
      (await keysOf(bob, 'shared'))[0]?.['key-info']['shared-users'].map(
        ({ username }) => username,
      ),
      ['bob'],
    );
    await asAlice('key set-attribute --filter attr.label=shared --name derive --value true');
    assert.equal((await keysOf(alice, 'shared'))[0]?.attributes['derive'], true);
    await assert.rejects(asBob('key delete --filter attr.label=shared'), /owned by another user/);
    await asAlice('key unshare --filter attr.label=shared --username bob --role crypto-user');
    assert.deepEqual(await keysOf(bob, 'shared'), []);
    await asAlice('key share --filter attr.label=shared --username bob --role crypto-user');
    assert.equal((await keysOf(bob, 'shared')).length, 1);
    await asAlice(
      'key generate-symmetric generic-secret --label secret --key-length-bytes 20 --attributes sign=true',
    );
    assert.equal((await keysOf(alice, 'secret'))[0]?.attributes['key-length-bytes'], 20);
  });

  it('generates key pairs, signs so that node:crypto can verify, and verifies signatures', async () => {
    writeFileSync(file('message'), 'to be signed');
    const kinds = [
      ['rsa', 'rsa --modulus-size-bits 2048', 'rsa-pkcs'],
      ['ec', 'ec --curve prime256v1', 'ecdsa'],
    ] as const;
    for (const [name, kind, scheme] of kinds) {
      await asAlice(
        `key generate-asymmetric-pair ${kind} --public-label ${name}-public --private-label ${name}-private --public-attributes verify=true --private-attributes sign=true`,
      );
      const paths = ['--data-path', file('message'), '--signature-path', file(`${name}.sig`)];
      await asAlice(
        `crypto sign ${scheme} --key-filter attr.label=${name}-private --hash-function sha256`,
        paths,
      );
      await asAlice(`key generate-file --filter attr.label=${name}-public`, [
        '--path',
        file(`${name}.pem`),
      ]);
      const publicKey = createPublicKey(readFileSync(file(`${name}.pem`)));
      assert.ok(
        createVerify('sha256')
          .update('to be signed')
          .verify(publicKey, readFileSync(file(`${name}.sig`))),
      );
      await asAlice(
        `crypto verify ${scheme} --key-filter attr.label=${name}-public --hash-function sha256`,
        paths,
      );
      writeFileSync(file('message'), 'another message');
      const refused = asAlice(
        `crypto verify ${scheme} --key-filter attr.label=${name}-public --hash-function sha256`,
        paths,
      );
      await assert.rejects(refused, /Signature verification failed/);
      writeFileSync(file('message'), 'to be signed');
    }
  });

  it('imports a public key from a PEM file, and verifies with it', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file('partner.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    const pem = ['--path', file('partner.pem')];
    const kind = '--label partner --key-type-class ec-public --attributes verify=true';
    await assert.rejects(
      asAlice(`key import pem ${kind} --curve secp384r1`, pem),
      /not a secp384r1 key/,
    );
    await asAlice(`key import pem ${kind} --curve secp256r1`, pem);
    writeFileSync(file('message'), 'from a partner');
    writeFileSync(file('partner.sig'), sign('sha256', Buffer.from('from a partner'), privateKey));
    const paths = ['--data-path', file('message'), '--signature-path', file('partner.sig')];
    await asAlice(
      'crypto verify ecdsa --key-filter attr.label=partner --hash-function sha256',
      paths,
    );
  });

  it('wraps and unwraps a key with every wrapping method', async () => {
    await asAlice(
      'key generate-symmetric aes --label kek --key-length-bytes 32 --attributes wrap=true unwrap=true',
    );
    await asAlice(
      'key generate-asymmetric-pair rsa --modulus-size-bits 2048 --public-label rsa-kek --private-label rsa-unkek --public-attributes wrap=true --private-attributes unwrap=true',
    );
    await asAlice(
      'key generate-symmetric aes --label payload --key-length-bytes 16 --attributes extractable=true encrypt=true',
    );
    const [payload] = await keysOf(alice, 'payload');
    const ways = [
      ['aes-gcm', 'kek', 'kek', ''],
      ['aes-zero-pad', 'kek', 'kek', ''],
      ['rsa-oaep', 'rsa-kek', 'rsa-unkek', ' --hash-function sha256'],
      ['rsa-aes', 'rsa-kek', 'rsa-unkek', ' --hash-function sha256'],
    ] as const;
    for (const [way, wrapping, unwrapping, hash] of ways) {
      const out = await asAlice(
        `key wrap ${way} --payload-filter attr.label=payload --wrapping-filter attr.label=${wrapping}${hash}`,
      );
      assert.equal(out['payload_key_reference'], payload?.['key-reference']);
      const iv = way === 'aes-gcm' ? ` --iv ${String(out['iv'])}` : '';
      const { key } = await asAlice(
        `key unwrap ${way} --filter attr.label=${unwrapping} --key-type-class aes --label ${way}-copy --data ${String(out['wrapped_key_data'])}${iv}${hash}`,
      );
      assert.equal((key as Key).attributes['check-value'], payload?.attributes['check-value'], way);
      assert.equal((key as Key).attributes['local'], false);
    }
    await assert.rejects(
      asAlice('key wrap aes-gcm --payload-filter attr.label=kek --wrapping-filter attr.label=kek'),
      /not extractable/,
    );
  });

  it('prints booleans and error names in the keyhold format', async () => {
    const target = [
      '--cluster-id',
      cluster.clusterId,
      '--ca-file',
      cluster.caFile,
      '--format',
      'keyhold',
    ];
    const environment = {
      ...world.environment(),
      CLOUDHSM_ROLE: 'crypto-user',
      CLOUDHSM_PIN: alice.pin,
    };
    const list = await keyhold(['hsm', 'user', 'list', ...target], environment);
    const { data } = JSON.parse(list.stdout) as { data: { users: { locked: unknown }[] } };
    assert.ok(data.users.every(({ locked }) => locked === false));
    const refused = await keyhold(
      [
        'hsm',
        'user',
        'create',
        '--username',
        'x',
        '--role',
        'admin',
        '--password',
        'x-password-1',
        ...target,
      ],
      environment,
    );
    assert.equal(refused.code, 1);
    assert.equal((JSON.parse(refused.stdout) as { error: unknown }).error, 'not-permitted');
  });

  it('runs commands interactively, with one login for all of them', async () => {
    const target = ['--cluster-id', cluster.clusterId, '--ca-file', cluster.caFile];
    const entry = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [entry, 'hsm', 'interactive', ...target], {
      env: world.environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const outcome = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const lines = [
      'key list',
      'login --username alice --role crypto-user --password alice-password-1',
      "key list --filter 'attr.label=shared'",
    ];
    child.stdin.end([...lines, 'nonsense', 'logout', 'key list', 'quit', 'user list'].join('\n'));
    const [stdout, stderr] = await outcome;
    const answers = stdout
      .split(/^(?=\{)/m)
      .map((answer) => JSON.parse(answer) as { error_code: number });
    assert.deepEqual(
      answers.map(({ error_code: code }) => code),
      [1, 0, 0, 0, 1],
    );
    assert.match(stdout, /"label": "shared"/);
    assert.match(stderr, /unknown command 'nonsense'/);
  });

  it('sets the audit policy, exports the HSMs’ audit logs, and verifies them offline', async () => {
    await asAlice(
      'key generate-symmetric aes --label watched --key-length-bytes 32 --attributes encrypt=true',
    );
    await assert.rejects(asAlice('audit policy'), /may not/);
    const policy = (await cluster.hsm(['audit', 'policy', '--key-use', 'true'], asAdmin)) as Record<
      string,
      unknown
    >;
    assert.deepEqual(policy, { management: true, 'key-use': true });
    const environment = {
      ...world.environment(),
      CLOUDHSM_ROLE: asAdmin.role,
      CLOUDHSM_PIN: asAdmin.pin,
    };
    const target = ['--cluster-id', cluster.clusterId, '--ca-file', cluster.caFile];
    const { stdout } = await keyhold(['hsm', 'audit', 'export', ...target], environment);
    writeFileSync(file('audit.ndjson'), stdout);
    const trust = [
      '--manufacturer-root',
      join(world.data, 'certificates', 'manufacturer-root.crt'),
    ];
    const verify = (name: string): Promise<unknown> =>
      cluster.hsm(['audit', 'verify', '--file', file(name), ...trust]);
    const { logs } = (await verify('audit.ndjson')) as {
      logs: readonly { records: number; 'signed-records': number }[];
    };
    assert.equal(logs.length, 2);
    for (const log of logs) assert.equal(log['signed-records'], log.records - 1);
    writeFileSync(file('tampered.ndjson'), stdout.replace('"CN_GENERATE_KEY"', '"CN_WRAP_KEY"'));
    await assert.rejects(verify('tampered.ndjson'), /was changed/);
    await cluster.hsm(['audit', 'policy', '--key-use', 'false'], asAdmin);
  });
});
