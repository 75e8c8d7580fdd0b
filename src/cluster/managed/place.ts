import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readFileIfThere, writeFileDurably, type Logger } from '../../base/index.ts';
import type { HsmChild, LaunchHsm } from '../hsm-child.ts';
import type { HsmHosts } from '../remote/hosts.ts';

/** Value of `--managed-hsm-host` for this machine. */
export const LOCAL = 'local';
/** Time that a host gets to connect at the start. */
const CONNECT_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;

/** Where the managed HSM runs: on this machine as a child process, or on a host. */
export interface ManagedPlace {
  /** `local`, or the ID of the host. */
  readonly name: string;
  readonly launch: LaunchHsm;
  /** Returns the address at which the HSM is reached, of the address that it listens on. */
  addressOf(listening: string): string;
  /** Resolves when an HSM can be started there. */
  ready(): Promise<void>;
  /** Calls `listener` whenever the place becomes ready again. */
  onReady(listener: () => void): void;
  /** Stores the place for later starts. */
  record(): void;
}

interface PlaceOptions {
  /** Folder of the managed HSM's files. */
  readonly home: string;
  /** Value of `--managed-hsm-host`. Undefined for the place of the previous start. */
  readonly wanted: string | undefined;
  readonly hosts: HsmHosts;
  readonly launchLocally: LaunchHsm;
  readonly log: Logger;
}

export function openPlace({ home, wanted, hosts, launchLocally, log }: PlaceOptions): ManagedPlace {
  const path = join(home, 'place');
  const name = wanted ?? recordedPlace(home);
  const record = (): void => writeFileDurably(path, `${name}\n`);
  if (name === LOCAL)
    return {
      name,
      record,
      launch: launchLocally,
      addressOf: (listening) => listening,
      ready: async () => undefined,
      onReady: () => undefined,
    };
  hosts.reserve(name);
  return {
    name,
    record,
    launch: (): HsmChild => hosts.launch(name),
    addressOf: (listening) => hosts.find(name)?.address ?? listening,
    ready: () => untilConnected(hosts, name, log),
    onReady: (listener) =>
      hosts.onConnected((hostId) => {
        if (hostId === name) listener();
      }),
  };
}

/** Returns the place of the previous start: `local`, or the ID of a host. */
export function recordedPlace(home: string): string {
  return readFileIfThere(join(home, 'place'))?.toString().trim() ?? LOCAL;
}

async function untilConnected(hosts: HsmHosts, hostId: string, log: Logger): Promise<void> {
  if (!hosts.listening)
    throw new Error(
      `the managed HSM is to run on host ${hostId}: pass --hsm-hosts address:port, where the host connects`,
    );
  if (!hosts.find(hostId) && !hosts.expects(hostId))
    throw new Error(
      `there is no HSM host ${hostId}; create one with \`keyhold hsm enrol\`, which prints its ID`,
    );
  if (!hosts.isConnected(hostId))
    log.warn({ hostId }, 'waiting for the host of the managed HSM to connect');
  for (let waited = 0; !hosts.isConnected(hostId); waited += POLL_INTERVAL_MS) {
    if (waited >= CONNECT_TIMEOUT_MS)
      throw new Error(
        `host ${hostId} of the managed HSM has not connected; start \`keyhold hsm serve\` there`,
      );
    await delay(POLL_INTERVAL_MS);
  }
}
