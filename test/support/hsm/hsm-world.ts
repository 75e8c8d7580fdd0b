/**
 * Test fixture: a cluster of HSMs in this process, with a customer's CA, a manufacturer, and a
 * clock that tests advance. Tests of HSMs as processes are in src/cluster/ and test/.
 */
import { sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.ts';
import { systemClock } from '../../../src/base/index.ts';
import { randomBytes, type Issuer } from '../../../src/crypto/index.ts';
import { authority, certify, certifyHardware, type BackupKeys } from './certificates-world.ts';
import { connectHsm, type HsmConnection } from '../../../src/hsm/client/index.ts';
import { startHsm, type WorldHsm } from './one-hsm-world.ts';
import {
  AUDIT_FORMAT,
  HsmError,
  type CommandInput,
  type CommandOutput,
  type HsmErrorCode,
  type HsmRate,
  type LoginRole,
} from '../../../src/hsm/wire/index.ts';

export { authority } from './certificates-world.ts';
export { CLUSTER_ID, type WorldHsm } from './one-hsm-world.ts';

export const ADMIN_PASSWORD = 'admin-password-1';
export const USER_PASSWORD = 'user-password-1';

/** Creates an active cluster of `count` HSMs. */
export async function hsmWorld(
  count = 1,
  activation: Partial<CommandInput<'activate'>> = {},
): Promise<HsmWorld> {
  const world = await emptyWorld();
  try {
    await world.addHsm();
    await world.claim(activation);
    while (world.hsms.length < count) await world.addHsm();
    return world;
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Creates a world without HSMs. Pass the `backupKeys` and the `manufacturer` of another world to
 * open its backups.
 */
export async function emptyWorld({
  backupKeys = [randomBytes(32), randomBytes(32)],
  manufacturer,
}: { backupKeys?: BackupKeys; manufacturer?: Issuer } = {}): Promise<HsmWorld> {
  return new HsmWorld(
    await authority('Customer CA'),
    manufacturer ?? (await authority('Manufacturer')),
    backupKeys,
  );
}

export class HsmWorld implements AsyncDisposable {
  readonly hsms: WorldHsm[] = [];
  readonly manufacturer: Issuer;
  readonly backupKeys: BackupKeys;
  readonly clock = {
    ahead: 0,
    now(): number {
      return systemClock.now() + this.ahead;
    },
    advance(milliseconds: number): void {
      this.ahead += milliseconds;
    },
  };
  /** Shares that the activation returned. */
  recovery: CommandOutput<'activate'>['recovery'];
  /** Rate limit of HSMs that are added later. */
  rate: HsmRate | undefined;
  readonly #root = mkdtempSync(join(tmpdir(), 'keyhold-hsm-'));
  readonly #customer: Issuer;
  readonly #connections: HsmConnection[] = [];
  readonly #usernames = new Set(['admin']);

  constructor(customer: Issuer, manufacturer: Issuer, backupKeys: BackupKeys) {
    this.#customer = customer;
    this.manufacturer = manufacturer;
    this.backupKeys = backupKeys;
  }

  get trustAnchor(): string {
    return this.#customer.certificate;
  }

  get first(): WorldHsm {
    const [first] = this.hsms;
    if (!first) throw new Error('there is no HSM yet');
    return first;
  }

  /** Adds an HSM: the first of the cluster, or one that joins it. */
  async addHsm(): Promise<WorldHsm> {
    const hsm = await startHsm(this.#root, this.clock, {
      index: this.hsms.length,
      rate: this.rate,
    });
    this.hsms.push(hsm);
    const hardwareCertificate = await certifyHardware(
      hsm.control,
      this.manufacturer,
      this.backupKeys,
    );
    await this.#tellPeers();
    if (hsm !== this.first) await this.#join(hsm, hardwareCertificate);
    return hsm;
  }

  /** Initializes and activates the cluster, as its owner does. */
  async claim(options: Partial<CommandInput<'activate'>> = {}): Promise<CommandOutput<'activate'>> {
    const { control } = this.first;
    const { clusterCsr = '' } = await control.call('status', {});
    const clusterCertificate = await certify(clusterCsr, this.#customer);
    await control.call('initialize', { clusterCertificate, trustAnchor: this.trustAnchor });
    const connection = await this.connect();
    const output = await connection.call('activate', { password: ADMIN_PASSWORD, ...options });
    connection.close();
    this.recovery = output.recovery;
    return output;
  }

  /** Signs with the key of the customer's CA. */
  signAsCustomer(data: Uint8Array): Buffer {
    return sign('sha256', data, this.#customer.privateKey);
  }

  /** Starts an HSM that was stopped. Resolves when it is linked again. */
  async restart(hsm: WorldHsm): Promise<void> {
    await hsm.start();
    await this.#tellPeers();
    await this.linked();
  }

  /** Resolves when every HSM has a link to every other. */
  async linked(): Promise<void> {
    await until('all HSMs are linked', async () => {
      for (const { control } of this.hsms) {
        if ((await control.call('status', {})).linkedPeers.length < this.hsms.length - 1)
          return false;
      }
      return true;
    });
  }

  /** Connects to an HSM, by default the first, without logging in. */
  async connect(hsm = this.first): Promise<HsmConnection> {
    const connection = await connectHsm(hsm.address, { trustAnchor: this.trustAnchor });
    this.#connections.push(connection);
    return connection;
  }

  /** Connects and logs in. Creates the crypto user or auditor on first use. */
  async login(
    username: string,
    role: LoginRole = 'crypto-user',
    hsm = this.first,
  ): Promise<HsmConnection> {
    const password = role === 'admin' ? ADMIN_PASSWORD : USER_PASSWORD;
    if (!this.#usernames.has(username)) {
      this.#usernames.add(username);
      const admin = await this.login('admin', 'admin');
      await admin.call('createUser', { username, role, password });
      admin.close();
    }
    const connection = await this.connect(hsm);
    await connection.call('login', { username, role, password });
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.hsms.map((hsm) => hsm.stop()));
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 10 });
  }

  async #tellPeers(): Promise<void> {
    for (const hsm of this.hsms) {
      await hsm.control.call('setPeers', {
        peers: this.hsms.filter((one) => one !== hsm).map(({ address }) => address),
      });
    }
  }

  async #join(hsm: WorldHsm, hardwareCertificate: string): Promise<void> {
    const { sealed } = await this.first.control.call('exportClone', {
      hardwareCertificate,
      hsmId: hsm.address.hsmId,
      host: hsm.address.host,
      zone: '',
    });
    await hsm.control.call('importClone', { sealed });
    await until(
      'the HSM is synchronized',
      async () => (await hsm.control.call('status', {})).synchronized,
    );
    await this.linked();
  }
}

/** Returns a predicate for `assert.rejects`: an HSM error with this code and message. */
export function refusedAs(code: HsmErrorCode, text = /./): (error: unknown) => boolean {
  return (error) => error instanceof HsmError && error.code === code && text.test(error.message);
}

/** Returns the lines that `keyhold hsm audit export` prints for one HSM. */
export async function auditLines(reader: HsmConnection, nonce?: string): Promise<string[]> {
  const { identity } = await reader.call('checkpointAudit', nonce === undefined ? {} : { nonce });
  const { records } = await reader.call('readAudit', { from: 0, limit: 1_000 });
  const { hsmId } = reader.info;
  return [
    { format: AUDIT_FORMAT, ...identity },
    ...records.map((record) => ({ hsmId, ...record })),
  ].map((line) => JSON.stringify(line));
}
