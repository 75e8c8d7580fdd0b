/**
 * Attacks by somebody who holds the control plane: its process, its memory and its files.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { refusedAs } from '../support/hsm/hsm-world.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import { connectManaged, loginAsFrontEnd, managedCredentials } from '../support/managed-hsm.ts';
import { openssl, withoutOpenssl } from '../support/openssl.ts';
import { newKey } from '../support/own-cluster.ts';
import { endServer, startServer, startWorld, type World } from '../support/world.ts';
import { until } from '../support/until.ts';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const spki = { type: 'spki', format: 'pem' } as const;
interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
/** The recovery keys that `keyhold up --recovery-key` takes. */
const recoveryKeys: Readonly<Record<'RSA' | 'EC', Keys>> = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EC: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

function managed({ data }: World, name: string): string {
  return join(data, 'managed', name);
}

/** Returns all texts in the files about the managed HSM that could be a password of a user. */
function possiblePasswords({ data }: World): string[] {
  const folder = join(data, 'managed');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const values = names.flatMap((name): unknown[] =>
    Object.values(JSON.parse(readFileSync(join(folder, name), 'utf8')) as object),
  );
  return values.filter(
    (value): value is string => typeof value === 'string' && /^.{7,32}$/.test(value),
  );
}

async function isAdminPassword({ data }: World, password: string): Promise<boolean> {
  const connection = await connectManaged(data);
  try {
    await connection.call('login', { username: 'admin', role: 'admin', password });
    return true;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

/** Encrypts and decrypts with a key of the default key store. */
async function useDefaultStore(world: World): Promise<void> {
  const { CiphertextBlob } = await world.kms.send(
    new EncryptCommand({ KeyId: await newKey(world), Plaintext: Buffer.from('kept') }),
  );
  const { Plaintext } = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
  assert.equal(Buffer.from(Plaintext ?? []).toString(), 'kept');
}

describe('the admin of the default key store’s HSM', () => {
  it('can’t be had from the data folder, and the front end’s user can do none of its work', async () => {
    await using world = await startWorld();
    for (const password of possiblePasswords(world))
      assert.ok(!(await isAdminPassword(world, password)), 'the folder holds the admin password');

    const user = await loginAsFrontEnd(world.data);
    const { keys } = await user.call('findKeys', { filter: {}, limit: 10 });
    const handle = keys[0]?.handle ?? '';
    const password = 'of-the-attacker';
    for (const attack of [
      user.call('exportBackup', { passphrase: 'a passphrase that is long' }),
      user.call('createUser', { username: 'second', role: 'admin', password }),
      user.call('createUser', { username: 'second', role: 'crypto-user', password }),
      user.call('changePassword', { username: 'admin', role: 'admin', password }),
      user.call('setAttribute', { handle, name: 'trusted', value: false }),
    ])
      await assert.rejects(attack, refusedAs('not-permitted'));
    user.close();
  });

  it('has no password on disk when the first start is killed, and the next start completes it', async () => {
    await using world = await startWorld();
    await world.stop();
    for (const wait of [0, 100, 250]) {
      rmSync(world.data, { recursive: true });
      const starting = startServer(world.data);
      starting.catch(() => undefined);
      await until('the HSM is claimed', async () => hasFile(world, 'trust-anchor.crt'));
      await delay(wait);
      await killStarting(world, starting);
      assert.deepEqual(Object.keys(managedCredentials(world.data)).toSorted(), [
        'clusterId',
        'hsmId',
        'password',
        'username',
      ]);
      await endServer(await startServer(world.data), 'SIGTERM');
    }
    await world.start();
    await useDefaultStore(world);
  });

  it('is replaced, with its HSM, if a first start ended before the front end’s user existed', async () => {
    await using world = await startWorld();
    await world.stop();
    rmSync(managed(world, 'domain-key'));
    const credentials = { ...managedCredentials(world.data), username: 'not_made_yet' };
    writeFileSync(managed(world, 'credentials.json'), JSON.stringify(credentials));
    rmSync(join(world.data, 'keyhold.sqlite'));
    await world.start();
    await useDefaultStore(world);
  });

  it('keeps its domain key if a first start ended before the key’s handle was written down', async () => {
    await using world = await startWorld();
    const before = readFileSync(managed(world, 'domain-key'), 'utf8');
    await world.stop();
    rmSync(managed(world, 'domain-key'));
    await world.start();
    assert.equal(readFileSync(managed(world, 'domain-key'), 'utf8'), before);
    await useDefaultStore(world);
  });

  for (const [kind, keys] of Object.entries(recoveryKeys)) {
    it(`has a password that only the holder of the recovery key can open (${kind})`, async () => {
      await using world = await startWorldWith(kind, keys);
      const password = await recover(world, kind, keys);
      for (const other of possiblePasswords(world)) assert.notEqual(other, password);
      assert.ok(await isAdminPassword(world, password));
      // The option stays in the unit file.
      await world.stop();
      await world.start();
      assert.ok(await isAdminPassword(world, password));
    });
  }

  it('gets another password that nobody knows if an earlier version kept it in the data folder', async () => {
    const keys = recoveryKeys.RSA;
    await using world = await startWorldWith('RSA', keys);
    const password = await recover(world, 'RSA', keys);
    await world.stop();
    // As an earlier version left it.
    rmSync(managed(world, 'admin-recovery.json'));
    const credentials = { ...managedCredentials(world.data), adminPassword: password };
    writeFileSync(managed(world, 'credentials.json'), JSON.stringify(credentials));
    const withoutKey = await startServer(world.data);
    try {
      assert.ok(!('adminPassword' in managedCredentials(world.data)));
      assert.ok(!(await isAdminPassword(world, password)));
    } finally {
      await endServer(withoutKey, 'SIGTERM');
    }
    const again = await startServer(world.data);
    await endServer(again, 'SIGTERM');
    const log = readFileSync(join(world.data, 'keyhold.log'), 'utf8');
    assert.equal(log.split('the admin password of the managed HSM was changed').length - 1, 1);
  });
});

function hasFile(world: World, name: string): boolean {
  try {
    return readFileSync(managed(world, name)).length > 0;
  } catch {
    return false;
  }
}

/** Kills a server that may not have printed its ready line yet. */
async function killStarting(
  { data }: World,
  starting: ReturnType<typeof startServer>,
): Promise<void> {
  const pid = pidOfServer(data);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await starting.then(
    (server) => endServer(server, 'SIGKILL'),
    () => undefined,
  );
}

function pidOfServer(data: string): number | undefined {
  const pid = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const words = readFileSync(join('/proc', name, 'cmdline'), 'utf8').split('\0');
      return words.includes('up') && words.includes(data);
    } catch {
      return false;
    }
  });
  return pid === undefined ? undefined : Number(pid);
}

async function startWorldWith(kind: string, { publicKey }: Keys): Promise<World> {
  const world = await startWorld();
  await world.stop();
  rmSync(world.data, { recursive: true });
  const file = join(world.folder, `${kind}.pem`);
  writeFileSync(file, publicKey.export(spki));
  await world.start('--recovery-key', file);
  return world;
}

/** Opens the admin's password with Keyhold's command, and for RSA also with openssl alone. */
async function recover(world: World, kind: string, { privateKey }: Keys): Promise<string> {
  const keyFile = join(world.folder, `${kind}.key`);
  writeFileSync(keyFile, privateKey.export(pem));
  const file = managed(world, 'admin-recovery.json');
  const { stdout, stderr } = await keyhold(
    ['hsm', 'open-recovery', '--file', file, '--key', keyFile],
    world.environment(),
  );
  const password = stdout.trim();
  assert.equal(password.length, 32, stderr);
  if (kind !== 'RSA' || withoutOpenssl !== false) return password;
  const { sealedPassword } = JSON.parse(readFileSync(file, 'utf8')) as { sealedPassword: string };
  const options = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256'].flatMap((one) => [
    '-pkeyopt',
    one,
  ]);
  const opened = openssl(['pkeyutl', '-decrypt', '-inkey', '@key', '-in', '@sealed', ...options], {
    key: Buffer.from(privateKey.export(pem)),
    sealed: Buffer.from(sealedPassword, 'base64'),
  });
  assert.equal(opened.toString(), password);
  return password;
}
