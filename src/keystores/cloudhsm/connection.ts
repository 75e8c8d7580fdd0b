import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Logger, SecretText } from '../../base/index.ts';
import type { ClusterRow, HsmRow, KeyStoreRow } from '../../domain/index.ts';
import type { ClusterClient, MemberHealth } from '../../hsm/client/index.ts';
import type { Store } from '../../storage/index.ts';
import { changeConnectionState, changeKeyStore, notConnected } from '../connection-state.ts';
import type { KeyStore } from '../contract.ts';
import { hsmKeyStore } from '../hsm/hsm-key-store.ts';
import { addressesOf, connectionFailure, openKeyStore, rotatePassword } from './connect.ts';
import { cloudHsmPlacement } from './handle-placement.ts';
import type { PasswordSeal } from './password-seal.ts';

/** Delays between attempts to reconnect, in milliseconds. The last one repeats. */
const RECONNECT_DELAYS_MS = [50, 100, 200, 400, 800, 1_600, 5_000];

/** What connections share. */
export interface ConnectionContext {
  readonly store: Store;
  readonly seal: PasswordSeal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Reason why a key store could not be connected, and the start of the failure in milliseconds since the epoch. */
export interface ConnectionFailureInfo {
  readonly reason: string;
  readonly since: number;
}

/** The connection of one CloudHSM key store to its cluster, from a connect or a restart until it is disconnected. */
export class CloudHsmConnection {
  readonly keyStore: KeyStore;
  readonly #record: KeyStoreRow;
  readonly #context: ConnectionContext;
  /** Aborts the work of this connection when it ends. */
  readonly #ending = new AbortController();
  #connected: boolean;
  #client: ClusterClient | undefined;
  #failure: ConnectionFailureInfo | undefined;

  constructor(record: KeyStoreRow, context: ConnectionContext) {
    this.keyStore = hsmKeyStore(cloudHsmPlacement, () => this.#client);
    this.#record = record;
    this.#context = context;
    // A store whose row says CONNECTED stays connected through a restart. Until its HSMs answer, its keys are unreachable.
    this.#connected = record.state === 'CONNECTED';
  }

  get clusterId(): string {
    return this.#record.clusterId;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Set from a failed attempt until a connection succeeds. */
  get failure(): ConnectionFailureInfo | undefined {
    return this.#failure;
  }

  /** Health of the cluster's HSMs; empty while there is no connection. */
  members(): readonly MemberHealth[] {
    return this.#client?.members() ?? [];
  }

  /**
   * Logs in, rotates the password and records CONNECTED or FAILED. `exclusive`: fails if kmsuser is logged in elsewhere.
   */
  async connect(exclusive: boolean): Promise<void> {
    const { store, log } = this.#context;
    try {
      const { client, password } = await this.#open(exclusive);
      this.#client = client;
      await this.#rotatePassword(client, password);
      if (this.#ending.signal.aborted) return;
      const recorded = await changeConnectionState(store, this.#record, ['CONNECTING'], {
        state: 'CONNECTED',
      });
      this.#connected = recorded && !this.#ending.signal.aborted;
      this.#failure = undefined;
      log.info(this.#logFields(), 'custom key store connected');
    } catch (error) {
      this.#client?.close();
      this.#client = undefined;
      if (this.#ending.signal.aborted) return;
      const { errorCode, message } = connectionFailure(error);
      this.#noteFailure(message);
      log.warn(
        { store: this.#record.storeId, errorCode, reason: message },
        'custom key store could not be connected',
      );
      await changeConnectionState(store, this.#record, ['CONNECTING'], {
        state: 'FAILED',
        errorCode,
      });
    }
  }

  /** After a restart: logs in again with the stored password, until it succeeds or another attempt cannot help. */
  async reconnect(): Promise<void> {
    const { log } = this.#context;
    for (let attempt = 0; !this.#ending.signal.aborted; attempt += 1) {
      try {
        const { client } = await this.#open(false);
        this.#client = client;
        this.#failure = undefined;
        log.info(this.#logFields(), 'custom key store reconnected');
        return;
      } catch (error) {
        const { errorCode, message } = connectionFailure(error);
        this.#noteFailure(message);
        log.warn(
          { store: this.#record.storeId, errorCode, reason: message },
          'custom key store is not back yet',
        );
        // Wrong credentials stay wrong, and another attempt would lock kmsuser out.
        if (errorCode !== 'NETWORK_ERRORS' && errorCode !== 'INSUFFICIENT_CLOUDHSM_HSMS') return;
        const last = RECONNECT_DELAYS_MS.length - 1;
        const wait = RECONNECT_DELAYS_MS[Math.min(attempt, last)];
        await delay(wait, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      }
    }
  }

  /** Takes the addresses of the HSMs from their current rows. */
  async updateAddresses(): Promise<void> {
    if (!this.#client) return;
    const { account, region, clusterId } = this.#record;
    const hsms = await this.#context.store.read((reader) =>
      reader.list('hsms', [account, region, clusterId]),
    );
    this.#client.setMembers(addressesOf(hsms));
  }

  /** Ends the connection at once, without recording it. */
  disconnect(): void {
    this.#connected = false;
    this.#ending.abort();
    this.#client?.close();
  }

  async #open(exclusive: boolean): Promise<{ client: ClusterClient; password: SecretText }> {
    const { seal, clock, log } = this.#context;
    const { record, cluster, hsms } = await this.#readRows();
    const sealed = [
      record.sealedPassword,
      ...(record.sealedNextPassword === undefined ? [] : [record.sealedNextPassword]),
    ];
    const passwords = await Promise.all(sealed.map((one) => seal.open(one)));
    const request = { record, cluster, hsms, passwords, exclusive, clock, log };
    const opened = await openKeyStore(request);
    if (!this.#ending.signal.aborted) return opened;
    opened.client.close();
    throw notConnected(record.storeId);
  }

  async #readRows(): Promise<{
    readonly record: KeyStoreRow;
    readonly cluster: ClusterRow | undefined;
    readonly hsms: readonly HsmRow[];
  }> {
    const { account, region, storeId, clusterId } = this.#record;
    return this.#context.store.read(async (reader) => ({
      record: (await reader.get('keyStores', account, region, storeId)) ?? this.#record,
      cluster: await reader.get('clusters', account, region, clusterId),
      hsms: await reader.list('hsms', [account, region, clusterId]),
    }));
  }

  async #rotatePassword(client: ClusterClient, inForce: SecretText): Promise<void> {
    const { store, seal } = this.#context;
    // The password that logged in becomes the current one first: it may be the next one of an interrupted rotation.
    const current = await seal.seal(inForce);
    const next = await rotatePassword(client, async (password) => {
      const sealedNextPassword = await seal.seal(password);
      await changeKeyStore(store, this.#record, (row) => ({
        ...row,
        sealedPassword: current,
        sealedNextPassword,
      }));
    });
    const sealedPassword = await seal.seal(next);
    await changeKeyStore(store, this.#record, ({ sealedNextPassword: _settled, ...row }) => ({
      ...row,
      sealedPassword,
    }));
  }

  #noteFailure(reason: string): void {
    if (this.#failure?.reason !== reason)
      this.#failure = { reason, since: this.#context.clock.now() };
  }

  #logFields(): { readonly store: string; readonly cluster: string } {
    return { store: this.#record.storeId, cluster: this.#record.clusterId };
  }
}
