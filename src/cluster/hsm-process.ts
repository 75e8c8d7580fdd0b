import { createInterface } from 'node:readline';
import type { Duplex, Readable } from 'node:stream';
import type { Logger } from '../base/index.ts';
import type {
  ControlCommandName,
  ControlInput,
  ControlOutput,
  HsmProvisioning,
  HsmStatus,
  Peer,
} from '../hsm/wire/index.ts';
import type { HsmChild, LaunchHsm } from './hsm-child.ts';
import { ControlChannel } from './control-channel.ts';
import { checkedStatus } from './hsm-status.ts';
import { endOrphanedProcess, recordProcess } from './orphaned-process.ts';

/** Interval of status requests, which also prove that the HSM still responds. */
const POLL_INTERVAL_MS = 1_000;
/** Time that an HSM gets to finish its work on shutdown. */
const SHUTDOWN_TIMEOUT_MS = 3_000;

export interface HsmProcessOptions {
  readonly provisioning: HsmProvisioning;
  readonly launch: LaunchHsm;
  readonly log: Logger;
  /** Called when a part of the status changes that other work depends on. */
  readonly onChange: () => void;
}

/** Starts an HSM's process and resolves when it has loaded its state and listens. */
export async function startHsmProcess(options: HsmProcessOptions): Promise<HsmProcess> {
  await endOrphanedProcess(options.provisioning.folder, options.provisioning.hsmId);
  const process = new HsmProcess(options);
  try {
    await process.provision(options.provisioning);
    return process;
  } catch (error) {
    process.kill();
    await process.exited;
    throw error;
  }
}

/**
 * The control plane's proxy of one HSM process: the child process and its control channel. The
 * process ends after `stop`, when its channel closes, and when it no longer responds.
 */
export class HsmProcess {
  readonly exited: Promise<void>;
  readonly #child: HsmChild;
  readonly #channel: ControlChannel;
  readonly #onChange: () => void;
  #status: HsmStatus | undefined;
  #poll: NodeJS.Timeout | undefined;
  #killedFor: string | undefined;
  /** The peers the process knows, as JSON. It starts without any. */
  #peers = '[]';

  constructor({ provisioning, launch, log, onChange }: HsmProcessOptions) {
    this.#onChange = onChange;
    this.#child = launch(provisioning.hsmId);
    const exit = Promise.withResolvers<void>();
    this.exited = exit.promise;
    this.#child.once('exit', () => exit.resolve());
    this.#child.once('error', () => exit.resolve());
    recordProcess(provisioning.folder, this.#child.pid);
    forwardLines(this.#child.stdout, (line) => log.info({ hsmId: provisioning.hsmId }, line));
    forwardLines(this.#child.stderr, (line) => log.warn({ hsmId: provisioning.hsmId }, line));
    // The fourth stdio entry is 'pipe', which is a socket pair.
    this.#channel = new ControlChannel(this.#child.stdio[3] as Duplex, (status) =>
      this.#update(checkedStatus(status)),
    );
    void this.#channel.closed.then(() => this.#killAfterTimeout());
    void this.exited.then(() => {
      clearInterval(this.#poll);
      this.#channel.close();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get status(): HsmStatus {
    if (!this.#status) throw new Error('HSM has not been provisioned yet');
    return this.#status;
  }

  async provision(provisioning: HsmProvisioning): Promise<void> {
    this.#status = checkedStatus(await this.#channel.call('birth', provisioning));
    this.#poll = setInterval(
      () => void this.refresh().catch(() => this.kill('process did not respond')),
      POLL_INTERVAL_MS,
    );
    this.#poll.unref();
  }

  /** Runs a command, then refreshes the status, so that it includes the command's effect. */
  async call<C extends ControlCommandName>(
    command: C,
    input: ControlInput<C>,
  ): Promise<ControlOutput<C>> {
    const output = await this.#channel.call(command, input);
    if (command !== 'shutdown') await this.refresh();
    return output;
  }

  async refresh(): Promise<void> {
    this.#update(checkedStatus(await this.#channel.call('status', {})));
  }

  /** Sends the HSM its peers, unless it already has this list. */
  async setPeers(peers: readonly Peer[]): Promise<void> {
    const text = JSON.stringify(peers);
    if (text === this.#peers) return;
    await this.call('setPeers', { peers });
    this.#peers = text;
  }

  /** Ends the HSM, which first removes all its data. */
  async destroy(): Promise<void> {
    clearInterval(this.#poll);
    await this.#channel.call('destroy', {}).catch(() => undefined);
  }

  async stop(): Promise<void> {
    clearInterval(this.#poll);
    this.#channel.call('shutdown', {}).catch(() => this.#channel.close());
    const timer = setTimeout(() => this.kill(), SHUTDOWN_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  kill(reason?: string): void {
    this.#killedFor ??= reason;
    this.#child.kill('SIGKILL');
  }

  /** Reason for the end of the process, after it has ended. */
  get exitReason(): string {
    const { exitCode, signalCode } = this.#child;
    return (
      this.#killedFor ??
      (signalCode === null
        ? `process exited with code ${exitCode}`
        : `process was killed by ${signalCode}`)
    );
  }

  #killAfterTimeout(): void {
    const timer = setTimeout(() => this.kill(), SHUTDOWN_TIMEOUT_MS);
    void this.exited.then(() => clearTimeout(timer));
  }

  #update(status: HsmStatus): void {
    const before = this.#status;
    this.#status = status;
    if (before && workStateOf(before) !== workStateOf(status)) this.#onChange();
  }
}

/** Returns the parts of a status that the work on the cluster depends on. */
function workStateOf(status: HsmStatus): string {
  const { lifecycle, port, synchronized, trouble, waiting } = status;
  return JSON.stringify([lifecycle, port, synchronized, trouble, waiting]);
}

function forwardLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLine);
}
