/**
 * The set-up *separated* on one machine: the front end under one user, all HSMs under another one.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { newKey, ownCluster, ownKeyStore } from '../support/own-cluster.ts';
import { findPlanted, planted } from '../support/planted.ts';
import { until } from '../support/until.ts';
import {
  endServer,
  startServer,
  startWorld,
  type MachineUser,
  type World,
} from '../support/world.ts';

const ENTRY = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
const FRONT_END: MachineUser = { uid: 65_501, gid: 65_501 };
const HSMS: MachineUser = { uid: 65_502, gid: 65_502 };
const PASSPHRASE = 'passphrase-of-the-hsms-only';
const ZONES = ['a', 'b'] as const;

const skip =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs root on Linux, to start processes as two users'
    : false;

describe('a front end and HSMs under two users', { skip }, () => {
  const root = mkdtempSync(join(tmpdir(), 'keyhold-separated-'));
  const front = join(root, 'front');
  const hsms = join(root, 'hsms');
  const hosts: ChildProcess[] = [];
  let stopping = false;
  let world: World;
  let address: string;

  before(async () => {
    chmodSync(root, 0o711);
    for (const [folder, user] of [
      [front, FRONT_END],
      [hsms, HSMS],
    ] as const) {
      mkdirSync(folder, { mode: 0o700 });
      chownSync(folder, user.uid, user.gid);
    }
    address = `127.0.0.1:${await freePort()}`;
    const managedHost = startHost('managed', enrol('a', '--address', address));
    const hostOptions = ['--hsm-hosts', address];
    const firstStart = [...hostOptions, '--managed-hsm-host', managedHost];
    const data = join(front, 'data');
    await endServer(await startServer(data, firstStart, FRONT_END), 'SIGTERM');
    world = await startWorld(hostOptions, { folder: front, user: FRONT_END });
  });
  after(async () => {
    stopping = true;
    for (const host of hosts) await end(host);
    await world?.[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true, maxRetries: 10 });
  });

  /** Creates a token, as the front end's user. */
  function enrol(zone: string, ...options: string[]): { token: string; hostId: string } {
    const data = join(front, 'data');
    const args = ['hsm', 'enrol', '--data', data, '--zone', `us-east-1${zone}`, ...options];
    const { stdout, stderr } = spawnSync(process.execPath, [ENTRY, ...args], {
      encoding: 'utf8',
      ...FRONT_END,
    });
    const [, hostId = ''] = /^ID of the host: (\w+)$/m.exec(stderr) ?? [];
    assert.notEqual(hostId, '', stderr);
    return { token: stdout, hostId };
  }

  /** Runs an HSM host as the HSMs' user, and starts it again when it ends, as systemd does. */
  function startHost(name: string, { token, hostId }: { token: string; hostId: string }): string {
    const tokenFile = join(hsms, `${name}.token`);
    writeFileSync(tokenFile, token, { mode: 0o600 });
    chownSync(tokenFile, HSMS.uid, HSMS.gid);
    const index = hosts.length;
    const args = ['--data', join(hsms, name), '--listen', `127.0.0.${11 + index}:0`];
    const start = (): void => {
      const child = spawn(
        process.execPath,
        [ENTRY, 'hsm', 'serve', ...args, '--token-file', tokenFile],
        {
          stdio: 'ignore',
          env: { PATH: process.env['PATH'], KEYHOLD_HSM_PASSPHRASE: PASSPHRASE },
          ...HSMS,
        },
      );
      child.once('exit', () => {
        if (!stopping) setTimeout(start, 100);
      });
      hosts[index] = child;
    };
    start();
    return hostId;
  }

  async function useKey(KeyId: string): Promise<void> {
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('kept') }),
    );
    const { Plaintext } = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.equal(Buffer.from(Plaintext ?? []).toString(), 'kept');
  }

  it('serves keys of the default key store, also after a start without the option --managed-hsm-host', async () => {
    const KeyId = await newKey(world);
    await useKey(KeyId);
    await world.stop();
    await world.start();
    await useKey(KeyId);
  });

  it('serves keys of a custom key store', async () => {
    for (const zone of ZONES) startHost(zone, enrol(zone));
    await until('both hosts are enrolled', async () =>
      ZONES.every((zone) => existsSync(join(hsms, zone, 'host.json'))),
    );
    const cluster = await ownCluster(world, { zones: ZONES });
    const { Hsms = [] } = await cluster.describe();
    assert.deepEqual(
      new Set(Hsms.map(({ EniIp }) => EniIp)),
      new Set(['127.0.0.12', '127.0.0.13']),
    );
    await useKey(await newKey(world, await ownKeyStore(world, cluster)));
  });

  it('has no HSM process under the front end’s user, and no HSM folder in its data', () => {
    const processes = hsmProcesses();
    assert.equal(processes.filter(({ uid }) => uid === FRONT_END.uid).length, 0);
    assert.equal(processes.filter(({ uid }) => uid === HSMS.uid).length, 3);
    assert.ok(!existsSync(join(world.data, 'managed', 'hsm')));
  });

  it('keeps the HSMs’ folders and memory from the front end’s user', () => {
    const [hsm] = hsmProcesses().filter(({ uid }) => uid === HSMS.uid);
    const folder = join(hsms, 'managed');
    for (const path of [folder, join(folder, 'host.json'), join(folder, 'hsms')])
      assert.equal(readAs(FRONT_END, path), 'EACCES', path);
    for (const name of ['environ', 'mem', 'maps'])
      assert.equal(readAs(FRONT_END, `/proc/${hsm?.pid}/${name}`), 'EACCES', name);
    // The check itself works.
    assert.equal(readAs(HSMS, join(folder, 'host.json')), 'read');
  });

  it('keeps the HSMs’ passphrase out of the front end', () => {
    const passphrase = planted('the passphrase', PASSPHRASE);
    assert.deepEqual(findPlanted([passphrase], world.data), []);
    const environment = readFileSync(`/proc/${world.server.process.pid}/environ`, 'latin1');
    assert.ok(!environment.includes(PASSPHRASE));
    assert.ok(!environment.includes('KEYHOLD_HSM_PASSPHRASE'));
  });
});

/** Reads a file or folder as a user. Returns `read`, or the code of the error. */
function readAs(user: MachineUser, path: string): string {
  const code = `
    const fs = require('node:fs');
    try {
      const path = process.argv[1];
      if (fs.statSync(path).isDirectory()) fs.readdirSync(path);
      else fs.closeSync(fs.openSync(path));
      console.log('read');
    } catch (error) { console.log(error.code); }`;
  const { stdout } = spawnSync(process.execPath, ['-e', code, path], {
    encoding: 'utf8',
    cwd: '/',
    ...user,
  });
  return stdout.trim();
}

function hsmProcesses(): { readonly pid: string; readonly uid: number }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const words = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0');
      const isHsm = words.some((word) => word.endsWith('/src/bin/hsm.ts'));
      return isHsm ? [{ pid, uid: statSync(join('/proc', pid)).uid }] : [];
    } catch {
      return [];
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
