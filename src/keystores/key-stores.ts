import { setTimeout as delay } from 'node:timers/promises';
import type { SecretText } from '../base/index.ts';
import type { ConnectionState, KeyRow, KeyStoreRow } from '../domain/index.ts';
import type { MemberHealth } from '../hsm/client/index.ts';
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
  /** The store that holds the key's material; a `KeyStoreError` `disconnected` if it is a custom one not connected. */
  of(key: Pick<KeyRow, 'customKeyStoreId'>): KeyStore;
  isConnected(storeId: string): boolean;
  /** Starts connecting; the outcome shows in the store's record. The record must exist and be DISCONNECTED. */
  connect(record: KeyStoreRow): Promise<void>;
  /** Cuts the connection at once, then records it. */
  disconnect(record: KeyStoreRow): Promise<void>;
  /**
   * Resolves when the stores that were connected before a restart are so again, or can't be, or after `patience`
   * milliseconds: a caller of their keys would be told meanwhile that the cluster can't be reached.
   */
  back(patience: number): Promise<void>;
  sealPassword(password: SecretText): Promise<string>;
  /** Whether a sealed password is this one; for CreateCustomKeyStore's idempotency. */
  isSealedPassword(sealed: string, password: SecretText): Promise<boolean>;
  /** Why the store could not be connected the last time, and since when (milliseconds since the epoch), until it is. */
  trouble(storeId: string): ConnectionFailureInfo | undefined;
  /** Health of the HSMs behind a connected store; empty if it isn't connected. */
  members(storeId: string): readonly MemberHealth[];
  close(): Promise<void>;
}

export interface KeyStoresOptions extends ConnectionContext {
  readonly defaultStore: KeyStore;
}

/** Opens the custom key stores that were connected when Keyhold last ran, in the background, and serves them all. */
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

  of(key: Pick<KeyRow, 'customKeyStoreId'>): KeyStore {
    if (key.customKeyStoreId === undefined) return this.default;
    const connection = this.#connections.get(key.customKeyStoreId);
    if (!connection?.connected) throw notConnected(key.customKeyStoreId);
    return connection.keyStore;
  }

  isConnected(storeId: string): boolean {
    return this.#connections.get(storeId)?.connected === true;
  }

  trouble(storeId: string): ConnectionFailureInfo | undefined {
    return this.#connections.get(storeId)?.failure;
  }

  members(storeId: string): readonly MemberHealth[] {
    return this.#connections.get(storeId)?.members() ?? [];
  }

  sealPassword(password: SecretText): Promise<string> {
    return this.#options.seal.seal(password);
  }

  async isSealedPassword(sealed: string, password: SecretText): Promise<boolean> {
    return (await this.#options.seal.open(sealed)).reveal() === password.reveal();
  }

  async back(patience: number): Promise<void> {
    const timer = new AbortController();
    const timeout = delay(patience, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#reconnects), timeout]);
    timer.abort();
  }

  async connect(record: KeyStoreRow): Promise<void> {
    await this.#record(record, ['DISCONNECTED'], 'CONNECTING');
    void this.#inBackground(this.#newConnection(record).connect(true));
  }

  async disconnect(record: KeyStoreRow): Promise<void> {
    this.#connections.get(record.storeId)?.disconnect();
    this.#connections.delete(record.storeId);
    await this.#record(record, ['CONNECTED', 'CONNECTING', 'FAILED'], 'DISCONNECTING');
    void this.#inBackground(this.#record(record, ['DISCONNECTING'], 'DISCONNECTED'));
  }

  /** Continues the work on each store that an earlier process left unfinished. */
  async resume(): Promise<void> {
    const states = ['CONNECTED', 'CONNECTING', 'DISCONNECTING'] as const;
    const records = await this.#options.store.read((reader) =>
      Promise.all(states.map((state) => reader.find('keyStores', 'byState', [state]))),
    );
    for (const record of records.flat()) {
      if (record.state === 'DISCONNECTING')
        await this.#record(record, ['DISCONNECTING'], 'DISCONNECTED');
      else if (record.state === 'CONNECTING')
        // The sessions of the earlier process may still be closing.
        void this.#inBackground(this.#newConnection(record).connect(false));
      else this.#reconnects.push(this.#inBackground(this.#newConnection(record).reconnect()));
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#unsubscribe();
    for (const connection of this.#connections.values()) connection.disconnect();
    await Promise.allSettled(this.#work);
  }

  /** The only place that depends on the kind of custom key store. */
  #newConnection(record: KeyStoreRow): CloudHsmConnection {
    const connection = new CloudHsmConnection(record, this.#options);
    this.#connections.set(record.storeId, connection);
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

  #record(
    record: KeyStoreRow,
    from: readonly ConnectionState[],
    state: ConnectionState,
  ): Promise<boolean> {
    return changeConnectionState(this.#options.store, record, from, { state });
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
