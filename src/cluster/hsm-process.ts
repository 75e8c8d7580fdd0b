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
import { endOrphanedProcess, recordProcess } from './orphaned-process.ts';

/** Milliseconds between two looks at an HSM's counters, which are also the proof that it still answers. */
const POLL_INTERVAL_MS = 1_000;
/** Milliseconds that an HSM gets to finish what is under way. */
const SHUTDOWN_TIMEOUT_MS = 3_000;

export interface HsmProcessOptions {
  readonly provisioning: HsmProvisioning;
  readonly launch: LaunchHsm;
  readonly log: Logger;
  /** Called when something that others act upon has changed. */
  readonly onChange: () => void;
}

/** Starts an HSM's process and resolves when it has taken up its state and listens. */
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

/** One running HSM process. It ends when `stop` is called, when its channel closes, or when it no longer answers. */
export class HsmProcess {
  readonly exited: Promise<void>;
  readonly #child: HsmChild;
  readonly #channel: ControlChannel;
  readonly #changed: () => void;
  #status: HsmStatus | undefined;
  #poll: NodeJS.Timeout | undefined;
  #killedFor: string | undefined;
  /** The peers the process knows, as JSON. It starts without any. */
  #peers = '[]';

  constructor({ provisioning, launch, log, onChange: changed }: HsmProcessOptions) {
    this.#changed = changed;
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
      this.#take(status),
    );
    void this.#channel.closed.then(() => this.#endSoon());
    void this.exited.then(() => {
      clearInterval(this.#poll);
      this.#channel.close();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get status(): HsmStatus {
    if (!this.#status) throw new Error('HSM is not born yet');
    return this.#status;
  }

  async provision(provisioning: HsmProvisioning): Promise<void> {
    this.#status = await this.#channel.call('birth', provisioning);
    this.#poll = setInterval(
      () => void this.refresh().catch(() => this.kill('it did not answer')),
      POLL_INTERVAL_MS,
    );
    this.#poll.unref();
  }

  /** After a command the status is asked for anew, so that the caller sees what the command did. */
  async call<C extends ControlCommandName>(
    command: C,
    input: ControlInput<C>,
  ): Promise<ControlOutput<C>> {
    const output = await this.#channel.call(command, input);
    if (command !== 'shutdown') await this.refresh();
    return output;
  }

  async refresh(): Promise<void> {
    this.#take(await this.#channel.call('status', {}));
  }

  /** Sends the HSM its peers, unless it already has this list. */
  async setPeers(peers: readonly Peer[]): Promise<void> {
    const text = JSON.stringify(peers);
    if (text === this.#peers) return;
    await this.call('setPeers', { peers });
    this.#peers = text;
  }

  /** Ends the process, which removes all that it held. */
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

  /** Why the process is gone, once it is. */
  get exitReason(): string {
    const { exitCode, signalCode } = this.#child;
    return (
      this.#killedFor ??
      (signalCode === null
        ? `it ended with exit code ${exitCode}`
        : `it was ended by ${signalCode}`)
    );
  }

  #endSoon(): void {
    const timer = setTimeout(() => this.kill(), SHUTDOWN_TIMEOUT_MS);
    void this.exited.then(() => clearTimeout(timer));
  }

  #take(status: HsmStatus): void {
    const before = this.#status;
    this.#status = status;
    if (
      before &&
      (['lifecycle', 'port', 'synchronized', 'trouble'] as const).some(
        (name) => before[name] !== status[name],
      )
    )
      this.#changed();
  }
}

function forwardLines(stream: Readable | null, take: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', take);
}
