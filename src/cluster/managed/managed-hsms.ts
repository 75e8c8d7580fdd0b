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
import type { HsmRate, HsmStatus } from '../../hsm/wire/index.ts';
import { claimManagedCluster, type Authorities } from '../authorities.ts';
import { certifyHardware } from '../certify-hardware.ts';
import type { LaunchHsm } from '../hsm-child.ts';
import type { HsmProcess } from '../hsm-process.ts';
import { launchHsm } from '../launch.ts';
import { HsmSupervisor } from '../supervisor.ts';
import { ensureDomainKey } from './domain-key.ts';
import { openSecrets } from './secrets.ts';

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
  readonly launch?: LaunchHsm;
}

/** The HSMs of the default key store. */
export interface ManagedHsms {
  /** Addresses of the running HSMs. */
  members(): readonly HsmAddress[];
  /** Calls `listener` with the members when one starts, ends or changes its address. */
  onMembersChanged(listener: (members: readonly HsmAddress[]) => void): void;
  /** CA certificate of the managed cluster, PEM. */
  readonly trustAnchor: string;
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
  const { dataFolder, clock, clockOffset, rate, log, launch = launchHsm } = options;
  const home = join(dataFolder, 'managed');
  const folder = join(home, 'hsm');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secrets = openSecrets(home);
  const { hsmId, clusterId, username, password } = secrets;
  const listeners = new Set<(members: readonly HsmAddress[]) => void>();
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
  const supervisor = new HsmSupervisor({ provisioning, launch, clock, log, onChange });

  function members(): HsmAddress[] {
    const { process } = supervisor;
    return process ? [{ hsmId, host: process.status.host, port: process.status.port }] : [];
  }
  function onChange(): void {
    const { process } = supervisor;
    if (process) firstStart.resolve(process);
    else
      firstStart.reject(new Error('the managed HSM failed to start; see the log for the reason'));
    for (const listener of listeners) listener(members());
  }

  try {
    const process = await firstStart.promise;
    const trustAnchor = await claimHsm(process, home, options);
    const [address] = members();
    if (!address) throw new Error('the managed HSM went down during its setup');
    const domainKeyHandle = await readOrCreate(join(home, 'domain-key'), () =>
      ensureDomainKey(address, trustAnchor, secrets),
    );
    return {
      members,
      onMembersChanged: (listener) => void listeners.add(listener),
      trustAnchor,
      credentials: { username, password },
      domainKeyHandle,
      statuses: () => new Map(supervisor.process ? [[hsmId, supervisor.process.status]] : []),
      close: () => supervisor.stop(),
    };
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

/**
 * Claims the HSM, unless it has been claimed already, and returns the trust anchor. The private key
 * of the CA exists only during this call.
 */
async function claimHsm(
  process: HsmProcess,
  home: string,
  { authorities, clock }: ManagedHsmsOptions,
): Promise<string> {
  const path = join(home, 'trust-anchor.crt');
  if (process.status.lifecycle !== 'uninitialized')
    return (readFileIfThere(path) ?? missing(path)).toString();
  // Provisioning it again would silently make all keys of the default key store unusable.
  if (readFileIfThere(join(home, 'domain-key')))
    throw new Error(
      `the managed HSM has lost its state: restore ${join(home, 'hsm')} from a backup`,
    );
  if (process.status.hsmCertificate === undefined)
    await certifyHardware(process, await authorities);
  const { clusterCertificate, trustAnchor } = await claimManagedCluster(
    process.status.clusterCsr ?? missing('cluster CSR'),
    clock,
  );
  // Before the HSM gets it: from then on only this anchor is valid, and the CA's key is discarded.
  writeFileDurably(path, trustAnchor);
  await process.call('initialize', { clusterCertificate, trustAnchor });
  return trustAnchor;
}

/** Returns the file's content. If there is no file, creates it with the result of `create`. */
async function readOrCreate(path: string, create: () => Promise<string>): Promise<string> {
  const existing = readFileIfThere(path);
  if (existing) return existing.toString().trim();
  const created = await create();
  writeFileDurably(path, `${created}\n`);
  return created;
}

function missing(what: string): never {
  throw new Error(`the managed HSM has no ${what}`);
}
