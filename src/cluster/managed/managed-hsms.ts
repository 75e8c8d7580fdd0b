import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  readFileIfThere,
  type SecretText,
  writeFileDurably,
  type Clock,
  type Logger,
} from '../../base/index.ts';
import type { HsmAddress } from '../../hsm/client/index.ts';
import { HsmError, type HsmRate, type HsmStatus } from '../../hsm/wire/index.ts';
import { claimManagedCluster, type Authorities } from '../authorities.ts';
import { certifyHardware } from '../certify-hardware.ts';
import type { LaunchHsm } from '../hsm-child.ts';
import type { HsmProcess } from '../hsm-process.ts';
import { launchHsm } from '../launch.ts';
import type { HsmHosts } from '../remote/hosts.ts';
import { HsmSupervisor } from '../supervisor.ts';
import { activate, findDomainKey, replaceAdminPassword, type TrustedHsm } from './activation.ts';
import { openAdminRecovery, type AdminRecovery } from './admin-recovery.ts';
import { LOCAL, openPlace, type ManagedPlace } from './place.ts';
import { openSecrets, randomPassword, writeSecrets, type ManagedSecrets } from './secrets.ts';

export interface ManagedHsmsOptions {
  /** Keyhold's data folder, which exists. */
  readonly dataFolder: string;
  readonly clock: Clock;
  /** Offset of `clock` from the machine's clock, in milliseconds. */
  readonly clockOffset: number;
  /** Each HSM's capacity. */
  readonly rate?: HsmRate | undefined;
  readonly log: Logger;
  readonly authorities: Promise<Authorities>;
  readonly hosts: HsmHosts;
  readonly launch?: LaunchHsm;
  /** Where the HSM runs: `local`, or a host's ID. Default: as at the previous start. */
  readonly managedHsmHost?: string | undefined;
  /** Public key, PEM, that the admin's password is sealed for. Default: it is thrown away. */
  readonly recoveryKey?: string | undefined;
}

/** The HSMs of the default key store. */
export interface ManagedHsms {
  /** Addresses of the running HSMs. */
  members(): readonly HsmAddress[];
  /** Calls `listener` with the members when one starts, ends or changes its address. */
  onMembersChanged(listener: (members: readonly HsmAddress[]) => void): void;
  /** CA certificate of the managed cluster, PEM. */
  readonly trustAnchor: string;
  /** Credentials of the crypto user. The front end knows no admin's password. */
  readonly credentials: { readonly username: string; readonly password: SecretText };
  readonly domainKeyHandle: string;
  /** Status by HSM ID, as in `ClusterControl.statuses`. */
  statuses(): ReadonlyMap<string, HsmStatus>;
  close(): Promise<void>;
}

/**
 * Starts the managed HSM. The first start also makes it an active cluster, and continues from where
 * an earlier attempt was interrupted.
 */
export async function startManagedHsms(options: ManagedHsmsOptions): Promise<ManagedHsms> {
  const home = join(options.dataFolder, 'managed');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const recovery = openAdminRecovery(home, options.recoveryKey);
  const managed = new ManagedHsm(home, options);
  try {
    const hsm = await managed.start();
    const domainKeyHandle =
      readFileIfThere(join(home, 'domain-key'))?.toString().trim() ??
      (await completeFirstStart(managed, hsm, recovery));
    await retireStoredPassword(managed, recovery);
    recovery.checkKept();
    managed.place.record();
    const { hsmId, username, password } = managed.secrets;
    return {
      members: () => managed.members(),
      onMembersChanged: (listener) => managed.onMembersChanged(listener),
      trustAnchor: managed.trusted().trustAnchor,
      credentials: { username, password },
      domainKeyHandle,
      statuses: () => new Map(managed.process ? [[hsmId, managed.process.status]] : []),
      close: () => managed.stop(),
    };
  } catch (error) {
    await managed.stop();
    throw error;
  }
}

/**
 * Activates the HSM with an admin password that exists only during this call, and returns the
 * handle of its domain key. The password of an interrupted attempt is lost, so the HSM is then
 * provisioned again: it holds no key that was ever used.
 */
async function completeFirstStart(
  managed: ManagedHsm,
  process: HsmProcess,
  recovery: AdminRecovery,
): Promise<string> {
  let handle =
    process.status.lifecycle === 'active'
      ? await findDomainKey(managed.trusted(), managed.secrets)
      : undefined;
  if (handle === undefined) {
    if (process.status.lifecycle === 'active') await managed.provisionAgain();
    const adminPassword = randomPassword();
    recovery.keep(adminPassword);
    handle = await activate(managed.trusted(), managed.secrets, adminPassword);
  }
  writeFileDurably(join(managed.home, 'domain-key'), `${handle}\n`);
  return handle;
}

/**
 * Removes the admin's password from a folder of an earlier version. The HSM gets a new one first,
 * so that copies of the file are worthless. While the admin is locked, that waits for a later
 * start.
 */
async function retireStoredPassword(
  { home, secrets, log, trusted }: ManagedHsm,
  recovery: AdminRecovery,
): Promise<void> {
  const { storedAdminPassword: stored, hsmId } = secrets;
  if (stored === undefined) return;
  try {
    await replaceAdminPassword(trusted(), stored, (password) => recovery.keep(password));
  } catch (error) {
    if (!(error instanceof HsmError && error.code === 'user-locked')) throw error;
    log.error({ hsmId, err: error }, 'the admin password of the managed HSM is still in a file');
    return;
  }
  writeSecrets(home, secrets);
  log.warn(
    { hsmId },
    'the admin password of the managed HSM was changed and removed from managed/credentials.json',
  );
}

/** The one managed HSM: its process, wherever it runs, and the files about it. */
class ManagedHsm {
  readonly home: string;
  readonly secrets: ManagedSecrets;
  readonly place: ManagedPlace;
  readonly log: Logger;
  readonly #options: ManagedHsmsOptions;
  readonly #listeners = new Set<(members: readonly HsmAddress[]) => void>();
  #supervisor: HsmSupervisor | undefined;

  constructor(home: string, options: ManagedHsmsOptions) {
    const { hosts, managedHsmHost: wanted, launch: launchLocally = launchHsm, log } = options;
    this.home = home;
    this.log = log;
    this.secrets = openSecrets(home);
    this.place = openPlace({ home, wanted, hosts, launchLocally, log });
    this.place.onReady(() => this.#supervisor?.retryNow());
    this.#options = options;
  }

  get process(): HsmProcess | undefined {
    return this.#supervisor?.process;
  }

  members(): HsmAddress[] {
    if (!this.process) return [];
    const { host, port } = this.process.status;
    return [{ hsmId: this.secrets.hsmId, host: this.place.addressOf(host), port }];
  }

  onMembersChanged(listener: (members: readonly HsmAddress[]) => void): void {
    this.#listeners.add(listener);
  }

  readonly trusted = (): TrustedHsm => {
    const [address] = this.members();
    if (!address) throw new Error('the managed HSM went down during its setup');
    return { address, trustAnchor: readTrustAnchor(this.home) };
  };

  /** Starts the HSM and claims it, unless it has been claimed already. */
  async start(): Promise<HsmProcess> {
    await this.place.ready();
    const process = await this.#startProcess();
    if (process.status.lifecycle === 'uninitialized') await this.#claim(process);
    return process;
  }

  /** Removes an HSM that holds nothing, and starts a new one. */
  async provisionAgain(): Promise<void> {
    const keys = this.process?.status.keyCount ?? 0;
    // An interrupted first start leaves no more than the domain key.
    if (keys > 1)
      throw new Error(
        `the managed HSM holds ${keys} keys but no domain key; restore ${this.home} from a backup`,
      );
    this.log.warn(
      { hsmId: this.secrets.hsmId },
      'the first start of the managed HSM was interrupted; it is provisioned again',
    );
    await this.process?.destroy();
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#supervisor?.stop();
  }

  #stateFolder(): string {
    return this.place.name === LOCAL
      ? `${join(this.home, 'hsm')} from a backup`
      : `hsms/${this.secrets.hsmId} in the data folder of host ${this.place.name} from a backup, or from where the HSM ran before`;
  }

  #startProcess(): Promise<HsmProcess> {
    const { clock, clockOffset, rate, log } = this.#options;
    const { hsmId, clusterId } = this.secrets;
    const folder = join(this.home, 'hsm');
    if (this.place.name === LOCAL) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const firstStart = Promise.withResolvers<HsmProcess>();
    const provisioning = {
      hsmId,
      clusterId,
      folder,
      host: '127.0.0.1',
      port: 0,
      mode: 'FIPS',
      first: true,
      clockOffset,
      ...(rate && { rate }),
    } as const;
    const supervisor = new HsmSupervisor({
      provisioning,
      launch: this.place.launch,
      clock,
      log,
      onChange: () => {
        if (supervisor.process) firstStart.resolve(supervisor.process);
        else
          firstStart.reject(
            new Error(
              `the managed HSM failed to start: ${supervisor.failure?.reason ?? 'unknown'}`,
            ),
          );
        for (const listener of this.#listeners) listener(this.members());
      },
    });
    this.#supervisor = supervisor;
    return firstStart.promise;
  }

  /** Claims the HSM. The private key of the CA exists only during this call. */
  async #claim(process: HsmProcess): Promise<void> {
    const { authorities, clock } = this.#options;
    // Provisioning it again would silently make all keys of the default key store unusable.
    if (readFileIfThere(join(this.home, 'domain-key')))
      throw new Error(`the managed HSM has lost its state: restore ${this.#stateFolder()}`);
    if (process.status.hsmCertificate === undefined)
      await certifyHardware(process, await authorities);
    const { clusterCertificate, trustAnchor } = await claimManagedCluster(
      process.status.clusterCsr ?? missing('cluster CSR'),
      clock,
    );
    // Before the HSM gets it: from then on only this anchor is valid.
    writeFileDurably(trustAnchorFile(this.home), trustAnchor);
    await process.call('initialize', { clusterCertificate, trustAnchor });
  }
}

function readTrustAnchor(home: string): string {
  return (readFileIfThere(trustAnchorFile(home)) ?? missing('trust anchor')).toString();
}

function trustAnchorFile(home: string): string {
  return join(home, 'trust-anchor.crt');
}

function missing(what: string): never {
  throw new Error(`the managed HSM has no ${what}`);
}
