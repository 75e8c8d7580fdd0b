import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Logger } from '../base/index.ts';
import type { ClusterRow, HsmRow } from '../domain/index.ts';
import type { HsmRate, HsmStatus } from '../hsm/wire/index.ts';
import type { HsmChild, LaunchHsm } from './hsm-child.ts';
import type { HsmProcess } from './hsm-process.ts';
import { endOrphanedProcess, forgetProcess } from './orphaned-process.ts';
import type { HsmHosts } from './remote/hosts.ts';
import { HsmSupervisor, type HsmFailure } from './supervisor.ts';

/** Milliseconds that HSMs get to say how they are to somebody who waits for it. */
const REFRESH_TIMEOUT_MS = 500;

export interface HsmProcessesOptions {
  /** Holds one folder per HSM. */
  readonly folder: string;
  readonly clock: Clock;
  readonly clockOffset: number;
  readonly rate?: HsmRate | undefined;
  readonly log: Logger;
  readonly launch: LaunchHsm;
  readonly hosts: HsmHosts;
  /** Called when an HSM of this cluster came up, went down or changed. */
  readonly onChange: (cluster: ClusterRow) => void;
}

/** The HSM processes of this machine that belong to clusters. */
export class HsmProcesses {
  readonly #options: HsmProcessesOptions;
  readonly #supervisors = new Map<string, HsmSupervisor>();
  /** Of these, those whose HSMs run on other machines, by host. */
  readonly #onHosts = new Map<string, HsmSupervisor>();
  #closed = false;

  constructor(options: HsmProcessesOptions) {
    this.#options = options;
    options.hosts.onConnected((hostId) => this.#onHosts.get(hostId)?.retryNow());
  }

  /** Starts the HSM unless it is there already. `first` makes the cluster's key pair; others are cloned. */
  ensureStarted(cluster: ClusterRow, { hsmId, eniIp, hostId }: HsmRow, first: boolean): void {
    if (this.#closed || this.#supervisors.has(hsmId)) return;
    const { clock, clockOffset, rate, log, hosts, onChange } = this.#options;
    const launch =
      hostId === undefined ? this.#options.launch : (): HsmChild => hosts.launch(hostId);
    const folder = this.#folderOf(hsmId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Port 0: the HSM takes the port it had before, if it can.
    const provisioning = {
      hsmId,
      clusterId: cluster.clusterId,
      folder,
      host: eniIp,
      port: 0,
      mode: cluster.mode,
      first,
      clockOffset,
      ...(rate && { rate }),
    };
    const supervisor = new HsmSupervisor({
      provisioning,
      launch,
      log,
      clock,
      onChange: () => onChange(cluster),
    });
    this.#supervisors.set(hsmId, supervisor);
    if (hostId !== undefined) this.#onHosts.set(hostId, supervisor);
  }

  get(hsmId: string): HsmProcess | undefined {
    return this.#supervisors.get(hsmId)?.process;
  }

  /** Undefined unless the HSM is down after it had been started. */
  failure(hsmId: string): HsmFailure | undefined {
    return this.#supervisors.get(hsmId)?.failure;
  }

  /** Whether the HSM has ever been started and not been removed. */
  wasStarted(hsmId: string): boolean {
    return existsSync(this.#folderOf(hsmId));
  }

  /** Ends the HSM and removes all that it held. */
  async remove(hsmId: string): Promise<void> {
    // Also where this machine can't remove it.
    await this.get(hsmId)?.destroy();
    await this.#supervisors.get(hsmId)?.stop();
    this.#supervisors.delete(hsmId);
    const folder = this.#folderOf(hsmId);
    // Of a control plane that was killed: it would write into the folder while it is removed.
    await endOrphanedProcess(folder, hsmId);
    rmSync(folder, { recursive: true, force: true });
    forgetProcess(folder);
  }

  statuses(): Map<string, HsmStatus> {
    const statuses = new Map<string, HsmStatus>();
    for (const [hsmId, { process }] of this.#supervisors) {
      if (process) statuses.set(hsmId, process.status);
    }
    return statuses;
  }

  /** Asks all HSMs; of those that don't answer in time what they said last remains. */
  async refresh(): Promise<void> {
    const asked = Promise.allSettled(
      [...this.#supervisors.values()].map(async (supervisor) => supervisor.process?.refresh()),
    );
    const late = new AbortController();
    await Promise.race([
      asked,
      delay(REFRESH_TIMEOUT_MS, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#supervisors.values()].map((supervisor) => supervisor.stop()));
  }

  #folderOf(hsmId: string): string {
    return join(this.#options.folder, hsmId);
  }
}
