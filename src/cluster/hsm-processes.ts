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

/** Time that HSMs get to report their status to a waiting caller. */
const REFRESH_TIMEOUT_MS = 500;

export interface HsmProcessesOptions {
  /** Parent of the HSMs' folders. */
  readonly folder: string;
  readonly clock: Clock;
  readonly clockOffset: number;
  readonly rate?: HsmRate | undefined;
  readonly log: Logger;
  readonly launch: LaunchHsm;
  readonly hosts: HsmHosts;
  /** Called when an HSM of the cluster starts, ends or changes its status. */
  readonly onChange: (cluster: ClusterRow) => void;
}

/** The processes of all HSMs in customers' clusters, on this machine and on hosts. */
export class HsmProcesses {
  readonly #options: HsmProcessesOptions;
  readonly #supervisors = new Map<string, HsmSupervisor>();
  /** Supervisors of HSMs on other machines, by host ID. */
  readonly #byHost = new Map<string, HsmSupervisor>();
  #closed = false;

  constructor(options: HsmProcessesOptions) {
    this.#options = options;
    options.hosts.onConnected((hostId) => this.#byHost.get(hostId)?.retryNow());
  }

  /**
   * Starts the HSM unless it has been started already. The `first` HSM makes the cluster's key
   * pair; the others are cloned from a member.
   */
  ensureStarted(
    cluster: ClusterRow,
    { hsmId, eniIp, hostId, availabilityZone }: HsmRow,
    first: boolean,
  ): void {
    if (this.#closed || this.#supervisors.has(hsmId)) return;
    const { clock, clockOffset, rate, log, hosts, onChange } = this.#options;
    const launch =
      hostId === undefined ? this.#options.launch : (): HsmChild => hosts.launch(hostId);
    const folder = this.#folderOf(hsmId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Port 0: the HSM listens on its previous port, if possible.
    const provisioning = {
      hsmId,
      clusterId: cluster.clusterId,
      folder,
      host: eniIp,
      port: 0,
      mode: cluster.mode,
      zone: availabilityZone,
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
    if (hostId !== undefined) this.#byHost.set(hostId, supervisor);
  }

  get(hsmId: string): HsmProcess | undefined {
    return this.#supervisors.get(hsmId)?.process;
  }

  /** Undefined unless the HSM is down after an attempt to start it. */
  failure(hsmId: string): HsmFailure | undefined {
    return this.#supervisors.get(hsmId)?.failure;
  }

  /** Returns true if the HSM has been started, now or by an earlier process, and not removed. */
  wasStarted(hsmId: string): boolean {
    return existsSync(this.#folderOf(hsmId));
  }

  /** Ends the HSM and removes all its data. */
  async remove(hsmId: string): Promise<void> {
    // The HSM removes its own data: it may be on another machine.
    await this.get(hsmId)?.destroy();
    await this.#supervisors.get(hsmId)?.stop();
    this.#supervisors.delete(hsmId);
    const folder = this.#folderOf(hsmId);
    // A process that a killed control plane has left would write to the folder during its removal.
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

  /** Refreshes the status of all HSMs. Those that don't respond in time keep their last one. */
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
