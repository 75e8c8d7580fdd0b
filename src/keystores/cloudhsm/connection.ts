import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Logger, SecretText } from '../../base/index.ts';
import type { ClusterRow, HsmRow, KeyStoreRow } from '../../domain/index.ts';
import type { ClusterClient, HsmHealth } from '../../hsm/client/index.ts';
import type { Store } from '../../storage/index.ts';
import { changeConnectionState, changeKeyStore, notConnected } from '../connection-state.ts';
import type { KeyStore } from '../contract.ts';
import { hsmKeyStore } from '../hsm/hsm-key-store.ts';
import { addressesOf, toConnectionFailure, logInAsKmsUser, rotatePassword } from './connect.ts';
import { cloudHsmMaterialStorage } from './cloudhsm-material.ts';
import type { PasswordSeal } from './password-seal.ts';

/** Delays between attempts to reconnect, in milliseconds. The last one repeats. */
const RECONNECT_DELAYS_MS = [50, 100, 200, 400, 800, 1_600, 5_000];

/**
 * Delays, in milliseconds, before a connect that found kmsuser logged in tries again. An HSM ends
 * the session of a connection that was just closed a moment later.
 */
const LOGGED_IN_RETRY_DELAYS_MS = [200, 800, 2_000];

/** Services that all connections share. */
export interface ConnectionContext {
  readonly store: Store;
  readonly seal: PasswordSeal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Reason for a failed connection, and its first occurrence in milliseconds since the epoch. */
export interface ConnectionFailureInfo {
  readonly reason: string;
  readonly since: number;
}

interface OpenedConnection {
  readonly client: ClusterClient;
  /** The password that logged in. */
  readonly password: SecretText;
}

/**
 * The connection of one CloudHSM key store to its cluster. It begins with a connect or a restart of
 * Keyhold and ends with `disconnect`.
 */
export class CloudHsmConnection {
  readonly keyStore: KeyStore;
  readonly #row: KeyStoreRow;
  readonly #context: ConnectionContext;
  /** Aborted by `disconnect`. */
  readonly #ending = new AbortController();
  #connected: boolean;
  #client: ClusterClient | undefined;
  #failure: ConnectionFailureInfo | undefined;

  constructor(row: KeyStoreRow, context: ConnectionContext) {
    this.keyStore = hsmKeyStore(cloudHsmMaterialStorage, () => this.#client);
    this.#row = row;
    this.#context = context;
    // A store whose row says CONNECTED remains so through a restart. Until its HSMs respond, calls
    // fail as `unreachable`.
    this.#connected = row.state === 'CONNECTED';
  }

  get clusterId(): string {
    return this.#row.clusterId;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Set after a failed attempt, until one succeeds. */
  get failure(): ConnectionFailureInfo | undefined {
    return this.#failure;
  }

  /** Health of the cluster's HSMs; empty while there is no connection. */
  members(): readonly HsmHealth[] {
    return this.#client?.members() ?? [];
  }

  /**
   * Logs in, rotates the password and records CONNECTED or FAILED. If `exclusive`, fails if kmsuser
   * is logged in elsewhere.
   */
  async connect(exclusive: boolean): Promise<void> {
    const { store, log } = this.#context;
    try {
      const { client, password } = exclusive
        ? await this.#openExclusive()
        : await this.#open(false);
      this.#client = client;
      await this.#rotatePassword(client, password);
      if (this.#ending.signal.aborted) return;
      const recorded = await changeConnectionState(store, this.#row, ['CONNECTING'], {
        state: 'CONNECTED',
      });
      this.#connected = recorded && !this.#ending.signal.aborted;
      this.#failure = undefined;
      log.info(this.#logFields(), 'custom key store connected');
    } catch (error) {
      this.#client?.close();
      this.#client = undefined;
      if (this.#ending.signal.aborted) return;
      const { errorCode, message } = toConnectionFailure(error);
      this.#noteFailure(message);
      log.warn(
        { store: this.#row.storeId, errorCode, reason: message },
        'custom key store could not be connected',
      );
      await changeConnectionState(store, this.#row, ['CONNECTING'], {
        state: 'FAILED',
        errorCode,
      });
    }
  }

  /**
   * Logs in again after a restart, with the stored password. Retries until it succeeds or a retry
   * cannot help.
   */
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
        const { errorCode, message } = toConnectionFailure(error);
        this.#noteFailure(message);
        log.warn(
          { store: this.#row.storeId, errorCode, reason: message },
          'custom key store could not be reconnected',
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
    const { account, region, clusterId } = this.#row;
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

  /** Logs in, and fails if kmsuser stays logged in elsewhere. */
  async #openExclusive(): Promise<OpenedConnection> {
    for (const wait of LOGGED_IN_RETRY_DELAYS_MS) {
      try {
        return await this.#open(true);
      } catch (error) {
        if (toConnectionFailure(error).errorCode !== 'USER_LOGGED_IN') throw error;
        await delay(wait, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      }
    }
    return this.#open(true);
  }

  async #open(exclusive: boolean): Promise<OpenedConnection> {
    const { seal, clock, log } = this.#context;
    const { keyStore, cluster, hsms } = await this.#readRows();
    const sealed = [
      keyStore.sealedPassword,
      ...(keyStore.sealedNextPassword === undefined ? [] : [keyStore.sealedNextPassword]),
    ];
    const passwords = await Promise.all(sealed.map((one) => seal.open(one)));
    const request = { keyStore, cluster, hsms, passwords, exclusive, clock, log };
    const opened = await logInAsKmsUser(request);
    if (!this.#ending.signal.aborted) return opened;
    opened.client.close();
    throw notConnected(keyStore.storeId);
  }

  async #readRows(): Promise<{
    readonly keyStore: KeyStoreRow;
    readonly cluster: ClusterRow | undefined;
    readonly hsms: readonly HsmRow[];
  }> {
    const { account, region, storeId, clusterId } = this.#row;
    return this.#context.store.read(async (reader) => ({
      keyStore: (await reader.get('keyStores', account, region, storeId)) ?? this.#row,
      cluster: await reader.get('clusters', account, region, clusterId),
      hsms: await reader.list('hsms', [account, region, clusterId]),
    }));
  }

  async #rotatePassword(client: ClusterClient, inForce: SecretText): Promise<void> {
    const { store, seal } = this.#context;
    // The password that logged in becomes the current one first. It may be the next password of an
    // interrupted rotation.
    const current = await seal.seal(inForce);
    const next = await rotatePassword(client, async (password) => {
      const sealedNextPassword = await seal.seal(password);
      await changeKeyStore(store, this.#row, (row) => ({
        ...row,
        sealedPassword: current,
        sealedNextPassword,
      }));
    });
    const sealedPassword = await seal.seal(next);
    await changeKeyStore(store, this.#row, ({ sealedNextPassword: _settled, ...row }) => ({
      ...row,
      sealedPassword,
    }));
  }

  #noteFailure(reason: string): void {
    if (this.#failure?.reason !== reason)
      this.#failure = { reason, since: this.#context.clock.now() };
  }

  #logFields(): { readonly store: string; readonly cluster: string } {
    return { store: this.#row.storeId, cluster: this.#row.clusterId };
  }
}
