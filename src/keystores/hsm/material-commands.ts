import type { ClusterClient } from '../../hsm/client/index.ts';
import type { CommandInput, CommandName, CommandOutput } from '../../hsm/wire/index.ts';
import {
  KeyStoreError,
  type MaterialLocation,
  type NewMaterial,
  type Placed,
} from '../contract.ts';
import { keyStoreError } from './hsm-errors.ts';

/** How one kind of key store finds and makes material in its HSMs. All else is the same for all of them. */
export interface MaterialPlacement {
  create(cluster: ClusterClient, request: NewMaterial): Promise<MaterialLocation>;
  /** The HSM's handle for the material; `stale` is a handle that the HSM no longer knew. */
  handle(cluster: ClusterClient, material: Placed, stale?: string): string | Promise<string>;
  destroy(cluster: ClusterClient, material: Placed): Promise<void>;
  /** The key under which imported material is kept; absent where nothing is imported. */
  readonly domainKeyHandle?: string;
}

/** Commands over materials, in a cluster that may be there or not. */
export class Handles {
  readonly placement: MaterialPlacement;
  readonly #cluster: () => ClusterClient | undefined;

  constructor(placement: MaterialPlacement, cluster: () => ClusterClient | undefined) {
    this.placement = placement;
    this.#cluster = cluster;
  }

  connected(): ClusterClient {
    const client = this.#cluster();
    if (!client) throw new KeyStoreError('unreachable', 'the HSM cluster is not connected');
    return client;
  }

  /** Whatever fails, fails as a `KeyStoreError`. */
  async guarded<R>(work: (client: ClusterClient) => Promise<R>): Promise<R> {
    try {
      return await work(this.connected());
    } catch (error) {
      throw keyStoreError(error);
    }
  }

  /** Runs a command over the material's handle; once more with a fresh one if the HSM has dropped a session key meanwhile. */
  async using<C extends CommandName>(
    material: Placed,
    command: C,
    input: (handle: string) => CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    let handle: string | undefined;
    try {
      const client = this.connected();
      const known = this.placement.handle(client, material);
      handle = known instanceof Promise ? await known : known;
      return await client.call(command, input(handle));
    } catch (error) {
      const failure = keyStoreError(error);
      if (failure.failure !== 'material-missing' || handle === undefined) throw failure;
      return this.#usingFresh({ material, stale: handle, failure }, command, input);
    }
  }

  #usingFresh<C extends CommandName>(
    {
      material,
      stale,
      failure,
    }: { readonly material: Placed; readonly stale: string; readonly failure: KeyStoreError },
    command: C,
    input: (handle: string) => CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    return this.guarded(async (client) => {
      const fresh = await this.placement.handle(client, material, stale);
      if (fresh === stale) throw failure;
      return client.call(command, input(fresh));
    });
  }

  /** The same over two materials. */
  usingBoth<C extends CommandName>(
    first: Placed,
    second: Placed,
    command: C,
    input: (first: string, second: string) => CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    return this.guarded(async (client) => {
      const handles = [
        await this.placement.handle(client, first),
        await this.placement.handle(client, second),
      ] as const;
      try {
        return await client.call(command, input(...handles));
      } catch (error) {
        if (keyStoreError(error).failure !== 'material-missing') throw error;
        const fresh = [
          await this.placement.handle(client, first, handles[0]),
          await this.placement.handle(client, second, handles[1]),
        ] as const;
        if (fresh[0] === handles[0] && fresh[1] === handles[1]) throw error;
        return client.call(command, input(...fresh));
      }
    });
  }
}
