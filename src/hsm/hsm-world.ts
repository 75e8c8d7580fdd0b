/**
 * For tests of the HSM: a cluster of HSMs in this process, each with its folder, its TLS port and its control channel, a
 * customer's CA, and a clock that tests move. Tests of HSMs as processes are in cluster/ and test/.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { until } from '../../test/support/until.ts';
import { silentLogger, type Clock } from '../base/index.ts';
import { ControlChannel } from '../cluster/control-channel.ts';
import { createAuthority, issueCertificate, makeKeyPair, randomBytes, readCsr, sealFor, type Issuer } from '../crypto/index.ts';
import { connectHsm, type HsmAddress, type HsmConnection } from './client/index.ts';
import { ControlService } from './index.ts';
import { AUDIT_FORMAT, HsmError, type HsmErrorCode, type HsmStatus, type LoginRole } from './wire/index.ts';

export const ADMIN_PASSWORD = 'admin-password-1';
export const USER_PASSWORD = 'user-password-1';
const clusterId = 'cluster-aaaaaaaaaaa';
const validity = { notBefore: 0, notAfter: Date.UTC(2100, 0) };

export type BackupKeys = readonly [Uint8Array, Uint8Array];

export interface WorldHsm {
  readonly address: HsmAddress;
  readonly folder: string;
  readonly control: ControlChannel;
  /** What the HSM pushed or answered last. */
  readonly status: HsmStatus;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface HsmWorld extends AsyncDisposable {
  readonly hsms: readonly WorldHsm[];
  /** The first HSM. */
  readonly first: WorldHsm;
  readonly trustAnchor: string;
  readonly manufacturer: Issuer;
  /** What the genuine hardware of this world knows. */
  readonly backupKeys: BackupKeys;
  readonly clock: Clock & { advance(milliseconds: number): void };
  /** Adds an HSM: the first of the cluster, or one that joins it. */
  addHsm(): Promise<WorldHsm>;
  /** Resolves when every HSM has a link to every other. */
  linked(): Promise<void>;
  /** Connects to an HSM, the first if none is named, and logs nobody in. */
  connect(hsm?: WorldHsm): Promise<HsmConnection>;
  /** The same, logged in; crypto users and auditors are created at first sight. */
  login(username: string, role?: LoginRole, hsm?: WorldHsm): Promise<HsmConnection>;
}

/** For `assert.rejects`. */
export function refusedAs(code: HsmErrorCode, text = /./): (error: unknown) => boolean {
  return (error) => error instanceof HsmError && error.code === code && text.test(error.message);
}

/** What `keyhold hsm audit export` prints of one HSM, line by line. */
export async function auditLines(reader: HsmConnection): Promise<string[]> {
  const { identity } = await reader.call('checkpointAudit', {});
  const { records } = await reader.call('readAudit', { from: 0, limit: 1_000 });
  const { hsmId } = reader.info;
  return [{ format: AUDIT_FORMAT, ...identity }, ...records.map((record) => ({ hsmId, ...record }))].map((line) => JSON.stringify(line));
}

export async function authority(name: string): Promise<Issuer> {
  const keys = makeKeyPair();
  return { certificate: await createAuthority(keys, { CN: name }, validity), privateKey: keys.privateKey };
}

async function certify(csr: string, issuer: Issuer, ca = false): Promise<string> {
  const request = await readCsr(csr);
  if (!request) throw new Error('no CSR');
  return issueCertificate({ ...validity, subject: { CN: 'HSM' }, publicKey: request.publicKey, ca }, issuer);
}

async function sealedBackupKeys(csr: string, [manufacturer, operator]: BackupKeys): Promise<[Uint8Array, Uint8Array]> {
  const request = await readCsr(csr);
  if (!request) throw new Error('no CSR');
  return [
    sealFor(request.publicKey, manufacturer, Buffer.from('backup-key/manufacturer')),
    sealFor(request.publicKey, operator, Buffer.from('backup-key/operator')),
  ];
}

/** An active cluster of `count` HSMs. */
export async function hsmWorld(count = 1): Promise<HsmWorld> {
  const world = await emptyWorld();
  try {
    for (let made = 0; made < count; made += 1) {
      await world.addHsm();
      if (made === 0) await claim(world);
    }
    return world;
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

/** Initializes and activates the cluster, as its owner does. */
export async function claim(world: HsmWorld & { readonly customer: Issuer }): Promise<void> {
  const { control } = world.first;
  const { clusterCsr = '' } = await control.call('status', {});
  const clusterCertificate = await certify(clusterCsr, world.customer);
  await control.call('initialize', { clusterCertificate, trustAnchor: world.trustAnchor });
  const connection = await world.connect();
  await connection.call('activate', { password: ADMIN_PASSWORD });
  connection.close();
}

export async function emptyWorld(options: { readonly backupKeys?: BackupKeys } = {}): Promise<HsmWorld & { readonly customer: Issuer }> {
  const root = mkdtempSync(join(tmpdir(), 'keyhold-hsm-'));
  const customer = await authority('Customer CA');
  const manufacturer = await authority('Manufacturer');
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, advance: (milliseconds: number) => void (ahead += milliseconds) };
  const hsms: WorldHsm[] = [];
  const backupKeys = options.backupKeys ?? [randomBytes(32), randomBytes(32)];
  const connections: HsmConnection[] = [];
  const usernames = new Set(['admin']);

  async function connect(hsm = world.first): Promise<HsmConnection> {
    const connection = await connectHsm(hsm.address, { trustAnchor: customer.certificate, timeout: 5_000 });
    connections.push(connection);
    return connection;
  }

  async function tellPeers(): Promise<void> {
    for (const hsm of hsms) {
      await hsm.control.call('setPeers', { peers: hsms.filter((one) => one !== hsm).map(({ address }) => address) });
    }
  }

  async function join_(hsm: WorldHsm): Promise<void> {
    const manufacturerHardwareCertificate = await provideHardware(hsm);
    await tellPeers();
    const [member] = hsms;
    if (!member || member === hsm) return;
    const { sealed } = await member.control.call('exportClone', {
      hardwareCertificate: manufacturerHardwareCertificate,
      hsmId: hsm.address.hsmId,
    });
    await hsm.control.call('importClone', { sealed });
    await until('the HSM is synchronized', async () => (await hsm.control.call('status', {})).synchronized);
    await world.linked();
  }

  async function provideHardware({ control }: WorldHsm): Promise<string> {
    const { csr } = await control.call('hardwareCsr', {});
    const certificates = {
      manufacturerHardwareCertificate: await certify(csr, manufacturer, true),
      awsHardwareCertificate: await certify(csr, manufacturer, true),
      manufacturerRoot: manufacturer.certificate,
      sealedBackupKeys: await sealedBackupKeys(csr, backupKeys),
    } as const;
    await control.call('setHardwareCertificates', certificates);
    return certificates.manufacturerHardwareCertificate;
  }

  const world: HsmWorld & { readonly customer: Issuer } = {
    hsms,
    customer,
    manufacturer,
    backupKeys,
    clock,
    trustAnchor: customer.certificate,
    get first() {
      const [first] = hsms;
      if (!first) throw new Error('there is no HSM yet');
      return first;
    },
    async addHsm() {
      const hsm = await startHsm(root, clock, hsms.length);
      hsms.push(hsm);
      await join_(hsm);
      return hsm;
    },
    async linked() {
      await until('all HSMs are linked', async () => {
        for (const hsm of hsms) if ((await hsm.control.call('status', {})).linkedPeers.length < hsms.length - 1) return false;
        return true;
      });
    },
    connect,
    async login(username, role = 'crypto-user', hsm) {
      const password = role === 'admin' ? ADMIN_PASSWORD : USER_PASSWORD;
      if (!usernames.has(username)) {
        usernames.add(username);
        const admin = await world.login('admin', 'admin');
        await admin.call('createUser', { username, role, password });
        admin.close();
      }
      const connection = await connect(hsm);
      await connection.call('login', { username, role, password });
      return connection;
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.close();
      await Promise.all(hsms.map((hsm) => hsm.stop()));
      rmSync(root, { recursive: true, force: true, maxRetries: 10 });
    },
  };
  return world;
}

async function startHsm(root: string, clock: Clock, index: number): Promise<WorldHsm> {
  const hsmId = `hsm-${'abcdefgh'.charAt(index).repeat(11)}`;
  const folder = join(root, hsmId);
  mkdirSync(folder, { mode: 0o700 });
  const birth = { hsmId, clusterId, folder, host: '127.0.0.1', port: 0, mode: 'FIPS', first: index === 0, clockOffset: 0 } as const;
  let control: ControlChannel;
  let stopped: Promise<void>;
  let status: HsmStatus;
  async function start(): Promise<void> {
    const [ours, theirs] = duplexPair();
    ({ stopped } = new ControlService({ channel: theirs, secret: {}, clock, log: silentLogger }));
    let pushed = false;
    control = new ControlChannel(ours, (news) => {
      status = news;
      pushed = true;
    });
    const born = await control.call('birth', birth);
    if (!pushed) status = born;
  }
  await start();
  return {
    folder,
    get address() {
      return { hsmId, host: status.host, port: status.port };
    },
    get control() {
      return control;
    },
    get status() {
      return status;
    },
    start,
    async stop() {
      control.close();
      await stopped;
    },
  };
}
