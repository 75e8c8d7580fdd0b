import type { ClusterClient } from '../../hsm/client/index.ts';
import type { CommandInput, CommandName, CommandOutput } from '../../hsm/wire/index.ts';
import {
  KeyStoreError,
  type MaterialLocation,
  type NewMaterial,
  type NewWrappingPair,
  type StoredMaterial,
} from '../contract.ts';
import { toKeyStoreError } from './hsm-errors.ts';

/**
 * How one kind of key store creates, finds and destroys key material in its HSMs. Everything else
 * is the same for all kinds.
 */
export interface MaterialStorage {
  create(cluster: ClusterClient, request: NewMaterial): Promise<MaterialLocation>;
  /** Absent if the key store imports no material. */
  createWrappingPair?(cluster: ClusterClient, request: NewWrappingPair): Promise<MaterialLocation>;
  /**
   * Returns the handle of the HSM key that holds the material. `stale` is a handle that the HSM
   * reported as unknown.
   */
  resolveHandle(
    cluster: ClusterClient,
    material: StoredMaterial,
    stale?: string,
  ): string | Promise<string>;
  destroy(cluster: ClusterClient, material: StoredMaterial): Promise<void>;
  /** Handle of the key that wraps imported material. Absent if the key store imports none. */
  readonly domainKeyHandle?: string;
}

/** Runs HSM commands that use key material, in a cluster that may not be connected. */
export class MaterialCommands {
  readonly storage: MaterialStorage;
  readonly #cluster: () => ClusterClient | undefined;

  constructor(storage: MaterialStorage, cluster: () => ClusterClient | undefined) {
    this.storage = storage;
    this.#cluster = cluster;
  }

  /** Returns the cluster's client. Throws a `KeyStoreError` `unreachable` without one. */
  client(): ClusterClient {
    const client = this.#cluster();
    if (!client) throw new KeyStoreError('unreachable', 'the HSM cluster is not connected');
    return client;
  }

  /** Runs `work` with the cluster's client, and rethrows all errors as `KeyStoreError`. */
  async translateErrors<R>(work: (client: ClusterClient) => Promise<R>): Promise<R> {
    try {
      return await work(this.client());
    } catch (error) {
      throw toKeyStoreError(error);
    }
  }

  /**
   * Runs a command with the material's handle. If the HSM has dropped a session key in the
   * meantime, the command runs once more with a fresh handle.
   */
  async call<C extends CommandName>(
    material: StoredMaterial,
    command: C,
    input: (handle: string) => CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    let handle: string | undefined;
    try {
      const client = this.client();
      const resolved = this.storage.resolveHandle(client, material);
      handle = resolved instanceof Promise ? await resolved : resolved;
      return await client.call(command, input(handle));
    } catch (error) {
      const failure = toKeyStoreError(error);
      if (failure.failure !== 'material-missing' || handle === undefined) throw failure;
      return this.#callWithFreshHandle({ material, stale: handle, failure }, command, input);
    }
  }

  #callWithFreshHandle<C extends CommandName>(
    {
      material,
      stale,
      failure,
    }: {
      readonly material: StoredMaterial;
      readonly stale: string;
      readonly failure: KeyStoreError;
    },
    command: C,
    input: (handle: string) => CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    return this.translateErrors(async (client) => {
      const fresh = await this.storage.resolveHandle(client, material, stale);
      if (fresh === stale) throw failure;
      return client.call(command, input(fresh));
    });
  }

  /** Runs a command with the handles of two materials, as `call` does with one. */
  callWithBoth<C extends CommandName>(
    first: StoredMaterial,
    second: StoredMaterial,
    command: C,
    input: (first: string, second: string) => CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    return this.translateErrors(async (client) => {
      const handles = [
        await this.storage.resolveHandle(client, first),
        await this.storage.resolveHandle(client, second),
      ] as const;
      try {
        return await client.call(command, input(...handles));
      } catch (error) {
        if (toKeyStoreError(error).failure !== 'material-missing') throw error;
        const fresh = [
          await this.storage.resolveHandle(client, first, handles[0]),
          await this.storage.resolveHandle(client, second, handles[1]),
        ] as const;
        if (fresh[0] === handles[0] && fresh[1] === handles[1]) throw error;
        return client.call(command, input(...fresh));
      }
    });
  }
}
