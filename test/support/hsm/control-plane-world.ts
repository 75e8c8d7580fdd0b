/**
 * Test fixture: HSM processes whose control channels are in the hands of the test. It can do what a
 * hostile control plane can: start HSMs under any ID, in any folder, certify any key, and send any
 * control command.
 */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { authority, certify, certifyHardware, type BackupKeys } from './certificates-world.ts';
import { ADMIN_PASSWORD } from './hsm-world.ts';
import { CLUSTER_ID } from './one-hsm-world.ts';
import { until } from '../until.ts';
import { ControlChannel } from '../../../src/cluster/control-channel.ts';
import { launchHsm } from '../../../src/cluster/launch.ts';
import { randomBytes, type Issuer } from '../../../src/crypto/index.ts';
import { connectHsm, type HsmConnection } from '../../../src/hsm/client/index.ts';
import type {
  CommandInput,
  HsmProvisioning,
  HsmStatus,
  Peer,
} from '../../../src/hsm/wire/index.ts';

/** One HSM process, and its control channel. */
export interface HsmInHand {
  readonly address: Peer;
  readonly folder: string;
  readonly control: ControlChannel;
  /** Everything that the process has written to its console. */
  console(): string;
  status(): Promise<HsmStatus>;
  end(): Promise<void>;
}

export async function controlPlaneWorld(): Promise<ControlPlaneWorld> {
  return new ControlPlaneWorld(await authority('Manufacturer'), await authority('Customer CA'));
}

export class ControlPlaneWorld implements AsyncDisposable {
  readonly hsms: HsmInHand[] = [];
  readonly #root = mkdtempSync(join(tmpdir(), 'keyhold-control-plane-'));
  readonly #manufacturer: Issuer;
  readonly #customer: Issuer;
  readonly #backupKeys: BackupKeys = [randomBytes(32), randomBytes(32)];
  readonly #connections: HsmConnection[] = [];

  constructor(manufacturer: Issuer, customer: Issuer) {
    this.#manufacturer = manufacturer;
    this.#customer = customer;
  }

  /** Starts an HSM process. `change` replaces parts of its provisioning. */
  async start(hsmId: string, change: Partial<HsmProvisioning> = {}): Promise<HsmInHand> {
    const folder = change.folder ?? join(this.#root, hsmId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const child = launchHsm(hsmId);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child as never, 'exit');
    const control = new ControlChannel(child.stdio[3] as Duplex, () => undefined);
    const { host, port } = await control.call('birth', {
      hsmId,
      clusterId: CLUSTER_ID,
      folder,
      host: '127.0.0.1',
      port: 0,
      mode: 'FIPS',
      first: false,
      clockOffset: 0,
      zone: 'us-east-1a',
      ...change,
    });
    const hsm = {
      address: { hsmId, host, port },
      folder,
      control,
      console: () => output,
      status: () => control.call('status', {}),
      end: async () => {
        control.close();
        await exited;
      },
    };
    this.hsms.push(hsm);
    return hsm;
  }

  /** Returns a folder for an HSM that no HSM has used. */
  newFolder(): string {
    return mkdtempSync(join(this.#root, 'folder-'));
  }

  /** Has the manufacturer certify an HSM's hardware key. Resolves to the certificate. */
  certify({ control }: HsmInHand): Promise<string> {
    return certifyHardware(control, this.#manufacturer, this.#backupKeys);
  }

  /** Creates a cluster of one HSM, which its owner activates with these options. */
  async found(hsmId: string, options: Partial<CommandInput<'activate'>> = {}): Promise<HsmInHand> {
    const first = await this.start(hsmId, { first: true });
    await this.certify(first);
    const { clusterCsr = '' } = await first.status();
    const clusterCertificate = await certify(clusterCsr, this.#customer);
    const trustAnchor = this.#customer.certificate;
    await first.control.call('initialize', { clusterCertificate, trustAnchor });
    const owner = await this.connect(first);
    await owner.call('activate', { password: ADMIN_PASSWORD, ...options });
    return first;
  }

  /** Asks `member` to admit another HSM, and lets that HSM join. */
  async join(member: HsmInHand, joining: HsmInHand): Promise<void> {
    const { fingerprint } = await joining.status();
    await member.control.call('requestAdmission', { ...candidateOf(joining), fingerprint });
    const sealed = await this.cloneFor(member, joining);
    await joining.control.call('importClone', { sealed });
  }

  /** Asks `member` for a clone for another HSM, without asking for its admission. */
  async cloneFor(member: HsmInHand, joining: HsmInHand): Promise<Uint8Array> {
    const hardwareCertificate = await this.certify(joining);
    const order = { ...candidateOf(joining), hardwareCertificate };
    return (await member.control.call('exportClone', order)).sealed;
  }

  /** Sends each HSM the addresses of the others. */
  async tellPeers(hsms: readonly HsmInHand[]): Promise<void> {
    for (const hsm of hsms)
      await hsm.control.call('setPeers', {
        peers: hsms.filter((other) => other !== hsm).map(({ address }) => address),
      });
  }

  /** Waits until all HSMs are linked to each other. */
  async linked(hsms: readonly HsmInHand[]): Promise<void> {
    await until('all HSMs are linked', async () => {
      const statuses = await Promise.all(hsms.map((hsm) => hsm.status()));
      return statuses.every(
        ({ linkedPeers, synchronized }) => synchronized && linkedPeers.length === hsms.length - 1,
      );
    });
  }

  async connect({ address }: HsmInHand): Promise<HsmConnection> {
    const connection = await connectHsm(address, { trustAnchor: this.#customer.certificate });
    this.#connections.push(connection);
    return connection;
  }

  async admin(hsm: HsmInHand): Promise<HsmConnection> {
    const connection = await this.connect(hsm);
    await connection.call('login', { username: 'admin', role: 'admin', password: ADMIN_PASSWORD });
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.hsms.map((hsm) => hsm.end()));
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 10 });
  }
}

function candidateOf({ address: { hsmId, host } }: HsmInHand): {
  readonly hsmId: string;
  readonly host: string;
  readonly zone: string;
} {
  return { hsmId, host, zone: 'us-east-1a' };
}
