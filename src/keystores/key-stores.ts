import { setTimeout as delay } from 'node:timers/promises';
import type { SecretText } from '../base/index.ts';
import type { ConnectionState, KeyRow, KeyStoreRow } from '../domain/index.ts';
import type { HsmHealth } from '../hsm/client/index.ts';
import type { Change } from '../storage/index.ts';
import {
  CloudHsmConnection,
  type ConnectionContext,
  type ConnectionFailureInfo,
} from './cloudhsm/connection.ts';
import { changeConnectionState, notConnected } from './connection-state.ts';
import type { KeyStore } from './contract.ts';

/** All key stores of the installation and the connections to the custom ones. */
export interface KeyStores {
  readonly default: KeyStore;
  /**
   * Returns the store that holds the key's material. Throws a `KeyStoreError` `disconnected` if it
   * is a custom key store that is not connected.
   */
  storeFor(key: Pick<KeyRow, 'customKeyStoreId'>): KeyStore;
  isConnected(storeId: string): boolean;
  /** Starts connecting a DISCONNECTED store. The result is recorded in the store's row. */
  connect(row: KeyStoreRow): Promise<void>;
  /** Ends the connection at once, then records it. */
  disconnect(row: KeyStoreRow): Promise<void>;
  /**
   * Resolves when all stores that were connected before a restart have reconnected or failed for
   * good, at the latest after `timeoutMs`. Until then, calls that use their keys fail.
   */
  waitForReconnect(timeoutMs: number): Promise<void>;
  sealPassword(password: SecretText): Promise<string>;
  /** Compares a sealed password with `password`, for CreateCustomKeyStore's idempotency. */
  isSealedPassword(sealed: string, password: SecretText): Promise<boolean>;
  /** Set after a failed attempt to connect the store, until one succeeds. */
  connectionFailure(storeId: string): ConnectionFailureInfo | undefined;
  /** Health of the HSMs of a connected store. Empty if the store is not connected. */
  members(storeId: string): readonly HsmHealth[];
  close(): Promise<void>;
}

export interface KeyStoresOptions extends ConnectionContext {
  readonly defaultStore: KeyStore;
}

/** Opens all key stores. Those that were connected at the last stop reconnect in the background. */
export async function openKeyStores(options: KeyStoresOptions): Promise<KeyStores> {
  const stores = new ConnectedKeyStores(options);
  await stores.resume();
  return stores;
}

class ConnectedKeyStores implements KeyStores {
  readonly default: KeyStore;
  readonly #options: KeyStoresOptions;
  readonly #connections = new Map<string, CloudHsmConnection>();
  readonly #work = new Set<Promise<void>>();
  /** Reconnects of the stores that were connected before a restart. */
  readonly #reconnects: Promise<void>[] = [];
  readonly #unsubscribe: () => void;
  #closing = false;

  constructor(options: KeyStoresOptions) {
    this.default = options.defaultStore;
    this.#options = options;
    this.#unsubscribe = options.store.subscribe((changes) => this.#updateAddresses(changes));
  }

  storeFor(key: Pick<KeyRow, 'customKeyStoreId'>): KeyStore {
    if (key.customKeyStoreId === undefined) return this.default;
    const connection = this.#connections.get(key.customKeyStoreId);
    if (!connection?.connected) throw notConnected(key.customKeyStoreId);
    return connection.keyStore;
  }

  isConnected(storeId: string): boolean {
    return this.#connections.get(storeId)?.connected === true;
  }

  connectionFailure(storeId: string): ConnectionFailureInfo | undefined {
    return this.#connections.get(storeId)?.failure;
  }

  members(storeId: string): readonly HsmHealth[] {
    return this.#connections.get(storeId)?.members() ?? [];
  }

  sealPassword(password: SecretText): Promise<string> {
    return this.#options.seal.seal(password);
  }

  async isSealedPassword(sealed: string, password: SecretText): Promise<boolean> {
    return (await this.#options.seal.open(sealed)).reveal() === password.reveal();
  }

  async waitForReconnect(timeoutMs: number): Promise<void> {
    const timer = new AbortController();
    const timeout = delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#reconnects), timeout]);
    timer.abort();
  }

  async connect(row: KeyStoreRow): Promise<void> {
    await this.#changeState(row, ['DISCONNECTED'], 'CONNECTING');
    void this.#inBackground(this.#newConnection(row).connect(true));
  }

  async disconnect(row: KeyStoreRow): Promise<void> {
    this.#connections.get(row.storeId)?.disconnect();
    this.#connections.delete(row.storeId);
    await this.#changeState(row, ['CONNECTED', 'CONNECTING', 'FAILED'], 'DISCONNECTING');
    void this.#inBackground(this.#changeState(row, ['DISCONNECTING'], 'DISCONNECTED'));
  }

  /** Continues from the connection state in which the previous process left each store. */
  async resume(): Promise<void> {
    const states = ['CONNECTED', 'CONNECTING', 'DISCONNECTING'] as const;
    const rows = await this.#options.store.read((reader) =>
      Promise.all(states.map((state) => reader.find('keyStores', 'byState', [state]))),
    );
    for (const row of rows.flat()) {
      if (row.state === 'DISCONNECTING')
        await this.#changeState(row, ['DISCONNECTING'], 'DISCONNECTED');
      else if (row.state === 'CONNECTING')
        // Not exclusive: sessions of the previous process may still be closing.
        void this.#inBackground(this.#newConnection(row).connect(false));
      else this.#reconnects.push(this.#inBackground(this.#newConnection(row).reconnect()));
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#unsubscribe();
    for (const connection of this.#connections.values()) connection.disconnect();
    await Promise.allSettled(this.#work);
  }

  /** The only place that depends on the kind of custom key store. */
  #newConnection(row: KeyStoreRow): CloudHsmConnection {
    const connection = new CloudHsmConnection(row, this.#options);
    this.#connections.set(row.storeId, connection);
    return connection;
  }

  async #inBackground(work: Promise<unknown>): Promise<void> {
    const guarded = work.then(
      () => undefined,
      (error: unknown) => {
        if (!this.#closing)
          this.#options.log.error({ err: error }, 'background work on a custom key store failed');
      },
    );
    this.#work.add(guarded);
    await guarded;
    this.#work.delete(guarded);
  }

  #changeState(
    row: KeyStoreRow,
    from: readonly ConnectionState[],
    state: ConnectionState,
  ): Promise<boolean> {
    return changeConnectionState(this.#options.store, row, from, { state });
  }

  /** Keeps the HSM addresses of the connections current when HSMs of their clusters change. */
  #updateAddresses(changes: readonly Change[]): void {
    const changed = new Set(
      changes.filter(({ table }) => table === 'hsms').map(({ key: [, , clusterId] }) => clusterId),
    );
    for (const connection of this.#connections.values()) {
      if (changed.has(connection.clusterId)) void this.#inBackground(connection.updateAddresses());
    }
  }
}
