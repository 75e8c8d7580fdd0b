import type { Clock, Logger, SecretText } from '../base/index.ts';
import type {
  ClusterRow,
  ConnectionState,
  HsmRow,
  KeyRow,
  KeyStoreRow,
  Scope,
} from '../domain/index.ts';
import type { ClusterClient, MemberHealth } from '../hsm/client/index.ts';
import type { Change, Store, Transaction } from '../storage/index.ts';
import { cloudHsmPlacement } from './cloudhsm/handle-placement.ts';
import {
  addressesOf,
  connectionFailure,
  openKeyStore,
  rotatePassword,
} from './cloudhsm/connect.ts';
import { KeyStoreError, type KeyStore } from './contract.ts';
import { hsmKeyStore } from './hsm/hsm-key-store.ts';
import type { PasswordSeal } from './cloudhsm/password-seal.ts';

/** Waits between attempts to come back to a store that was connected when Keyhold stopped, in milliseconds. */
const RESUME_DELAYS = [50, 100, 200, 400, 800, 1_600, 5_000];

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
  trouble(storeId: string): Trouble | undefined;
  /** Health of the HSMs behind a connected store; empty if it isn't connected. */
  members(storeId: string): readonly MemberHealth[];
  close(): Promise<void>;
}

export interface Trouble {
  readonly reason: string;
  readonly since: number;
}

export interface KeyStoresOptions {
  readonly store: Store;
  readonly defaultStore: KeyStore;
  readonly seal: PasswordSeal;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Connection {
  readonly clusterId: string;
  readonly keyStore: KeyStore;
  /** Ends what this connection is doing when the store is disconnected or Keyhold stops. */
  readonly ending: AbortController;
  connected: boolean;
  client?: ClusterClient;
}

function disconnected(storeId: string): KeyStoreError {
  return new KeyStoreError('disconnected', `custom key store ${storeId} is not connected`);
}

/** Opens the custom key stores that were connected when Keyhold last ran, in the background, and serves them all. */
export async function openKeyStores(options: KeyStoresOptions): Promise<KeyStores> {
  const stores = new ConnectedKeyStores(options);
  await stores.resume();
  return stores;
}

class ConnectedKeyStores implements KeyStores {
  readonly default: KeyStore;
  readonly #store: Store;
  readonly #seal: PasswordSeal;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #connections = new Map<string, Connection>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #work = new Set<Promise<void>>();
  /** The comings-back of stores that were connected before a restart. */
  readonly #returning: Promise<void>[] = [];
  readonly #unsubscribe: () => void;
  #closing = false;

  constructor(options: KeyStoresOptions) {
    this.default = options.defaultStore;
    this.#store = options.store;
    this.#seal = options.seal;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#unsubscribe = options.store.subscribe((changes) => this.#follow(changes));
  }

  of(key: Pick<KeyRow, 'customKeyStoreId'>): KeyStore {
    if (key.customKeyStoreId === undefined) return this.default;
    const connection = this.#connections.get(key.customKeyStoreId);
    if (!connection?.connected) throw disconnected(key.customKeyStoreId);
    return connection.keyStore;
  }

  isConnected(storeId: string): boolean {
    return this.#connections.get(storeId)?.connected === true;
  }

  trouble(storeId: string): Trouble | undefined {
    return this.#troubles.get(storeId);
  }

  members(storeId: string): readonly MemberHealth[] {
    return this.#connections.get(storeId)?.client?.members() ?? [];
  }

  sealPassword(password: SecretText): Promise<string> {
    return this.#seal.seal(password);
  }

  async isSealedPassword(sealed: string, password: SecretText): Promise<boolean> {
    return (await this.#seal.open(sealed)).reveal() === password.reveal();
  }

  async back(patience: number): Promise<void> {
    const enough = new AbortController();
    await Promise.race([Promise.all(this.#returning), delay(patience, enough.signal)]);
    enough.abort();
  }

  async connect(record: KeyStoreRow): Promise<void> {
    await this.#record(record, ['DISCONNECTED'], { state: 'CONNECTING' });
    void this.#begin(record, (connection) => this.#establish(record, connection));
  }

  async disconnect(record: KeyStoreRow): Promise<void> {
    const connection = this.#connections.get(record.storeId);
    this.#troubles.delete(record.storeId);
    if (connection) connection.connected = false;
    this.#connections.delete(record.storeId);
    connection?.ending.abort();
    connection?.client?.close();
    await this.#record(record, ['CONNECTED', 'CONNECTING', 'FAILED'], { state: 'DISCONNECTING' });
    void this.#inBackground(this.#record(record, ['DISCONNECTING'], { state: 'DISCONNECTED' }));
  }

  /** Takes up where a stopped or killed Keyhold left each store. */
  async resume(): Promise<void> {
    const records = await this.#store.read(async (reader) => {
      const found = await Promise.all(
        (['CONNECTED', 'CONNECTING', 'DISCONNECTING'] as const).map((state) =>
          reader.find('keyStores', 'byState', [state]),
        ),
      );
      return found.flat();
    });
    for (const record of records) {
      if (record.state === 'DISCONNECTING')
        await this.#record(record, ['DISCONNECTING'], { state: 'DISCONNECTED' });
      else if (record.state === 'CONNECTING')
        void this.#begin(record, (connection) => this.#establish(record, connection, false));
      else
        this.#returning.push(
          this.#begin(record, (connection) => this.#comeBack(record, connection)),
        );
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#unsubscribe();
    for (const connection of this.#connections.values()) {
      connection.connected = false;
      connection.ending.abort();
      connection.client?.close();
    }
    await Promise.allSettled(this.#work);
  }

  #begin(record: KeyStoreRow, run: (connection: Connection) => Promise<void>): Promise<void> {
    const connection: Connection = {
      clusterId: record.clusterId,
      keyStore: hsmKeyStore(cloudHsmPlacement, () => connection.client),
      ending: new AbortController(),
      // A store recorded as CONNECTED stays so through a restart; until its HSMs answer, calls say that they can't be reached.
      connected: record.state === 'CONNECTED',
    };
    this.#connections.set(record.storeId, connection);
    return this.#inBackground(run(connection));
  }

  #inBackground(work: Promise<void>): Promise<void> {
    const guarded = work
      .catch((error: unknown) => {
        if (!this.#closing)
          this.#log.error({ err: error }, 'background work on a custom key store failed');
      })
      .finally(() => this.#work.delete(guarded));
    this.#work.add(guarded);
    return guarded;
  }

  /** The whole connect: log in, rotate the password, record the outcome. */
  async #establish(record: KeyStoreRow, connection: Connection, exclusive = true): Promise<void> {
    try {
      const { client, password } = await this.#open(record, connection, exclusive);
      connection.client = client;
      await this.#rotate(record, client, password);
      if (connection.ending.signal.aborted) return;
      await this.#record(record, ['CONNECTING'], { state: 'CONNECTED' });
      connection.connected = !connection.ending.signal.aborted;
      this.#troubles.delete(record.storeId);
      this.#log.info(
        { store: record.storeId, cluster: record.clusterId },
        'custom key store connected',
      );
    } catch (error) {
      connection.client?.close();
      if (connection.ending.signal.aborted) return;
      this.#connections.delete(record.storeId);
      const { errorCode, message } = connectionFailure(error);
      this.#note(record.storeId, message);
      this.#log.warn(
        { store: record.storeId, errorCode, reason: message },
        'custom key store could not be connected',
      );
      await this.#record(record, ['CONNECTING'], { state: 'FAILED', errorCode });
    }
  }

  /** After a restart: logs in again with the password we have, as often as it takes. */
  async #comeBack(record: KeyStoreRow, connection: Connection): Promise<void> {
    for (let attempt = 0; !connection.ending.signal.aborted; attempt += 1) {
      try {
        const { client } = await this.#open(record, connection, false);
        connection.client = client;
        this.#troubles.delete(record.storeId);
        this.#log.info(
          { store: record.storeId, cluster: record.clusterId },
          'custom key store reconnected',
        );
        return;
      } catch (error) {
        const { errorCode, message } = connectionFailure(error);
        this.#note(record.storeId, message);
        this.#log.warn(
          { store: record.storeId, errorCode, reason: message },
          'custom key store is not back yet',
        );
        // Wrong credentials don't heal by themselves, and trying again would lock kmsuser out.
        if (errorCode !== 'NETWORK_ERRORS' && errorCode !== 'INSUFFICIENT_CLOUDHSM_HSMS') return;
        await delay(
          RESUME_DELAYS[Math.min(attempt, RESUME_DELAYS.length - 1)] ?? 0,
          connection.ending.signal,
        );
      }
    }
  }

  #note(storeId: string, reason: string): void {
    const before = this.#troubles.get(storeId);
    if (before?.reason !== reason)
      this.#troubles.set(storeId, { reason, since: this.#clock.now() });
  }

  async #open(
    record: KeyStoreRow,
    connection: Connection,
    exclusive: boolean,
  ): Promise<{ client: ClusterClient; password: SecretText }> {
    const { current, cluster, hsms } = await this.#situation(record);
    const sealed = [
      current.sealedPassword,
      ...(current.sealedNextPassword === undefined ? [] : [current.sealedNextPassword]),
    ];
    const passwords = await Promise.all(sealed.map((one) => this.#seal.open(one)));
    const opened = await openKeyStore({
      record: current,
      cluster,
      hsms,
      passwords,
      exclusive,
      clock: this.#clock,
      log: this.#log,
    });
    if (!connection.ending.signal.aborted) return opened;
    opened.client.close();
    throw disconnected(record.storeId);
  }

  async #situation(
    record: KeyStoreRow,
  ): Promise<{ current: KeyStoreRow; cluster: ClusterRow | undefined; hsms: HsmRow[] }> {
    const { account, region, storeId, clusterId } = record;
    return this.#store.read(async (reader) => ({
      current: (await reader.get('keyStores', account, region, storeId)) ?? record,
      cluster: await reader.get('clusters', account, region, clusterId),
      hsms: await reader.list('hsms', [account, region, clusterId]),
    }));
  }

  async #rotate(record: KeyStoreRow, client: ClusterClient, inForce: SecretText): Promise<void> {
    // What let us in becomes the current one first: it may have been the next one of a rotation that was cut short.
    const current = await this.#seal.seal(inForce);
    const next = await rotatePassword(client, async (password) => {
      const sealedNextPassword = await this.#seal.seal(password);
      await this.#amend(record, (row) => ({ ...row, sealedPassword: current, sealedNextPassword }));
    });
    const sealedPassword = await this.#seal.seal(next);
    await this.#amend(record, ({ sealedNextPassword: _settled, ...row }) => ({
      ...row,
      sealedPassword,
    }));
  }

  /** Moves the store to another state if it is in one of `from`; any error code of before goes. */
  async #record(
    { account, region, storeId }: Scope & { readonly storeId: string },
    from: readonly ConnectionState[],
    to: Pick<KeyStoreRow, 'state' | 'errorCode'>,
  ): Promise<void> {
    await this.#amend({ account, region, storeId }, ({ errorCode: _past, ...row }) =>
      from.includes(row.state) ? { ...row, ...to } : undefined,
    );
  }

  async #amend(
    { account, region, storeId }: Scope & { readonly storeId: string },
    change: (row: KeyStoreRow) => KeyStoreRow | undefined,
  ): Promise<void> {
    await this.#store.transact(async (transaction: Transaction) => {
      const row = await transaction.get('keyStores', account, region, storeId);
      const changed = row && change(row);
      if (changed) await transaction.put('keyStores', changed);
    });
  }

  /** Keeps each connection's list of HSMs in step with the cluster. */
  #follow(changes: readonly Change[]): void {
    const clusters = new Map(
      changes
        .filter(({ table }) => table === 'hsms')
        .map(({ key: [account = '', region = '', clusterId = ''] }) => [
          clusterId,
          { account, region },
        ]),
    );
    for (const connection of this.#connections.values()) {
      const scope = clusters.get(connection.clusterId);
      if (scope && connection.client) void this.#inBackground(this.#refresh(connection, scope));
    }
  }

  async #refresh(connection: Connection, { account, region }: Scope): Promise<void> {
    const hsms = await this.#store.read((reader) =>
      reader.list('hsms', [account, region, connection.clusterId]),
    );
    connection.client?.setMembers(addressesOf(hsms));
  }
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
