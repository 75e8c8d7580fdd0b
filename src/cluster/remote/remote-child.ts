import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { HsmChild } from '../hsm-child.ts';

/**
 * Stand-in for an HSM's process on another machine. Only its control channel is visible here, and
 * the process ends when the channel closes.
 */
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
