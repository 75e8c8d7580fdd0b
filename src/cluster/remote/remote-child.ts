import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { HsmChild } from '../hsm-child.ts';

/** An HSM's process on another machine, as far as it shows here: its control channel. When that is gone, so is the HSM. */
export class RemoteChild extends EventEmitter implements HsmChild {
  readonly pid = undefined;
  readonly stdout = null;
  readonly stderr = null;
  readonly exitCode = null;
  readonly signalCode = null;
  readonly stdio: HsmChild['stdio'];
  readonly #channel: Duplex;

  constructor(channel: Duplex) {
    super();
    this.#channel = channel;
    this.stdio = [null, null, null, channel];
    if (channel.destroyed) setImmediate(() => this.emit('exit'));
    else channel.once('close', () => this.emit('exit'));
  }

  kill(): boolean {
    this.#channel.destroy();
    return true;
  }
}
