import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { openHsm, type HsmEnvironment } from '../hsm.ts';
import { HsmServer } from '../server/index.ts';
import { FolderInUseError, WrongSecretError } from '../storage/index.ts';
import {
  formatFingerprint,
  FrameReader,
  FrameWriter,
  HsmError,
  requestOf,
  type HsmLocation,
  type HsmProvisioning,
  type HsmStatus,
  type RequestFrame,
} from '../wire/index.ts';
import { statusFingerprint, statusOf, type RunningHsm } from './status.ts';
import { controlCommands } from './table.ts';

export interface ControlOptions extends HsmEnvironment {
  /** The HSM's end of its control channel. */
  readonly channel: Duplex;
  /** Overrides folder and listen address from the control plane, for an HSM on another machine. */
  readonly location?: HsmLocation | undefined;
}

type AnyHandler = (running: RunningHsm, input: unknown) => unknown;
// Each handler is checked against its own command. The control plane sends what they take.
const handlers: ReadonlyMap<string, AnyHandler> = new Map(
  Object.entries(controlCommands as unknown as Record<string, AnyHandler>),
);

/**
 * Life cycle of an HSM process: provisioned, controlled and stopped over its control channel. Stops
 * when the channel closes.
 */
export class ControlService {
  /** Resolves when the HSM has stopped and released its folder. */
  readonly stopped: Promise<void>;
  readonly #options: ControlOptions;
  readonly #writer: FrameWriter;
  readonly #markStopped: () => void;
  #running: RunningHsm | undefined;
  /** Commands run one after the other: each may need what the previous one has set up. */
  #lastCommand: Promise<void> = Promise.resolve();
  #stopping = false;
  #removing = false;
  #pushedFingerprint = '';
  #pushScheduled = false;

  constructor(options: ControlOptions) {
    this.#options = options;
    const { channel } = options;
    this.#writer = new FrameWriter(channel);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#markStopped = resolve;
    const reader = new FrameReader();
    channel.on('data', (chunk: Buffer) => this.#read(reader, chunk));
    channel.on('error', () => undefined);
    channel.on('end', () => this.stop());
    channel.on('close', () => this.stop());
  }

  /** Completes requests in flight, then resolves `stopped`. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#lastCommand = this.#lastCommand.then(() => this.#end());
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.feed(chunk)) this.#enqueue(requestOf(frame));
    } catch {
      this.stop();
    }
  }

  #enqueue(request: RequestFrame): void {
    this.#lastCommand = this.#lastCommand.then(() => this.#serve(request));
  }

  async #serve({ id, op, in: input }: RequestFrame): Promise<void> {
    try {
      this.#writer.write({ id, out: await this.#answer(op, input) });
    } catch (error) {
      this.#options.log.warn({ err: error, op }, 'a control command failed');
      const { code, message } = asHsmError(error);
      this.#writer.write({ id, error: { code, message } });
    }
  }

  #answer(op: string, input: unknown): unknown {
    if (op === 'birth') return this.#provision(input as HsmProvisioning);
    if (op === 'shutdown' || op === 'destroy') {
      this.#removing = op === 'destroy';
      this.stop();
      return {};
    }
    const handler = handlers.get(op);
    if (!handler) throw new HsmError('malformed-request', 'unknown command');
    if (!this.#running) throw new HsmError('wrong-lifecycle', 'this HSM has not been provisioned');
    return handler(this.#running, input);
  }

  async #provision(provisioning: HsmProvisioning): Promise<HsmStatus> {
    if (this.#running) throw new HsmError('wrong-lifecycle', 'this HSM is already provisioned');
    const { log } = this.#options;
    const hsm = await openHsm(
      this.#options.location ? locatedAt(provisioning, this.#options.location) : provisioning,
      this.#options,
    );
    const server = await HsmServer.start(hsm);
    this.#running = { hsm, server };
    hsm.onChange(() => this.#pushStatusSoon());
    const status = statusOf(this.#running);
    this.#pushedFingerprint = statusFingerprint(status);
    log.info({ host: status.host, port: status.port, lifecycle: status.lifecycle }, 'listening');
    log.info(
      { hsmId: provisioning.hsmId, fingerprint: formatFingerprint(status.fingerprint) },
      'hardware fingerprint',
    );
    return status;
  }

  /** Pushes at the end of the turn, so that several changes cause one event. */
  #pushStatusSoon(): void {
    if (this.#pushScheduled) return;
    this.#pushScheduled = true;
    setImmediate(() => {
      this.#pushScheduled = false;
      if (!this.#running || this.#stopping) return;
      this.#pushStatus(this.#running);
    });
  }

  #pushStatus(running: RunningHsm): void {
    try {
      const status = statusOf(running);
      if (statusFingerprint(status) === this.#pushedFingerprint) return;
      this.#pushedFingerprint = statusFingerprint(status);
      this.#writer.write({ event: 'status', status });
    } catch (error) {
      // The control plane also asks for the status.
      this.#options.log.error({ err: error }, 'the status could not be sent');
    }
  }

  async #end(): Promise<void> {
    const { channel, log } = this.#options;
    try {
      this.#running?.hsm.peers.close();
      await this.#running?.server.close();
      this.#running?.hsm.close();
      if (this.#removing && this.#running)
        rmSync(this.#running.hsm.provisioning.folder, { recursive: true, force: true });
    } catch (error) {
      log.error({ err: error }, 'the HSM did not stop cleanly');
    }
    this.#writer.flush();
    // The last response must be written before the process ends, if the control plane is still
    // connected.
    if (channel.readableEnded || channel.destroyed) this.#markStopped();
    else channel.end(() => this.#markStopped());
  }
}

function locatedAt(
  provisioning: HsmProvisioning,
  { root, host, port }: HsmLocation,
): HsmProvisioning {
  const folder = join(root, provisioning.hsmId);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { ...provisioning, folder, host, port };
}

function asHsmError(error: unknown): HsmError {
  if (error instanceof HsmError) return error;
  const telling = error instanceof WrongSecretError || error instanceof FolderInUseError;
  return new HsmError(
    'internal',
    telling ? error.message : 'internal error; see the log of the HSM',
  );
}
