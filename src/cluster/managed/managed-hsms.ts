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
  /** Keyhold's data folder; it exists. */
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly clockOffset: number;
  /** Each HSM's capacity. */
  readonly rate?: HsmRate | undefined;
  readonly log: Logger;
  readonly authorities: Promise<Authorities>;
  readonly launch?: LaunchHsm;
}

/** The HSMs of the default key store. */
export interface ManagedHsms {
  /** Those that run now. */
  members(): readonly HsmAddress[];
  /** Calls `listener` with the members whenever one comes, goes or moves. */
  onMembersChanged(listener: (members: readonly HsmAddress[]) => void): void;
  /** PEM. */
  readonly trustAnchor: string;
  readonly credentials: { readonly username: string; readonly password: SecretText };
  readonly domainKeyHandle: string;
  /** By HSM id, as `ClusterControl.statuses`. */
  statuses(): ReadonlyMap<string, HsmStatus>;
  close(): Promise<void>;
}

/** Starts the managed HSM; at the first start also makes it a cluster of its own, going on where an earlier attempt ended. */
export async function startManagedHsms(options: ManagedHsmsOptions): Promise<ManagedHsms> {
  const { dataFolder, clock, clockOffset, rate, log, launch = launchHsm } = options;
  const home = join(dataFolder, 'managed');
  const folder = join(home, 'hsm');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secrets = openSecrets(home);
  const { hsmId, clusterId, username, password } = secrets;
  const listeners = new Set<(members: readonly HsmAddress[]) => void>();
  const up = Promise.withResolvers<HsmProcess>();
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
  const supervisor = new HsmSupervisor({ provisioning, launch, clock, log, onChange: changed });

  function members(): HsmAddress[] {
    const { process } = supervisor;
    return process ? [{ hsmId, host: process.status.host, port: process.status.port }] : [];
  }
  function changed(): void {
    const { process } = supervisor;
    if (process) up.resolve(process);
    else up.reject(new Error('the managed HSM did not start; its reason is in the log'));
    for (const listener of listeners) listener(members());
  }

  try {
    const process = await up.promise;
    const trustAnchor = await claimHsm(process, home, options);
    const [address] = members();
    if (!address) throw new Error('the managed HSM went down while it was being set up');
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

/** The trust anchor, after the HSM has its cluster certificate. The CA that signs it lives only in this call. */
async function claimHsm(
  process: HsmProcess,
  home: string,
  { authorities, clock }: ManagedHsmsOptions,
): Promise<string> {
  const path = join(home, 'trust-anchor.crt');
  if (process.status.lifecycle !== 'uninitialized')
    return (readFileIfThere(path) ?? missing(path)).toString();
  // To begin anew would make all keys of the default key store useless without a word.
  if (readFileIfThere(join(home, 'domain-key')))
    throw new Error(
      `the managed HSM has lost what it held; bring back ${join(home, 'hsm')} as it was`,
    );
  if (process.status.hsmCertificate === undefined)
    await certifyHardware(process, await authorities);
  const { clusterCertificate, trustAnchor } = await claimManagedCluster(
    process.status.clusterCsr ?? missing('cluster CSR'),
    clock,
  );
  // Before the HSM takes it: afterwards no other anchor would do, and the CA's key is gone.
  writeFileDurably(path, trustAnchor);
  await process.call('initialize', { clusterCertificate, trustAnchor });
  return trustAnchor;
}

/** The file's content; made and kept if there is no such file. */
async function readOrCreate(path: string, make: () => Promise<string>): Promise<string> {
  const kept = readFileIfThere(path);
  if (kept) return kept.toString().trim();
  const made = await make();
  writeFileDurably(path, `${made}\n`);
  return made;
}

function missing(what: string): never {
  throw new Error(`the managed HSM has no ${what}`);
}
