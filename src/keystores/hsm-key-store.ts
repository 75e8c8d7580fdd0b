import type { MaterialRecord } from '../domain/index.ts';
import type { ClusterClient } from '../hsm/client/index.ts';
import type { CommandInput, CommandName, CommandOutput } from '../hsm/wire/index.ts';
import { KeyStoreError, type KeyStore, type MaterialLocation, type NewMaterial, type RandomKey } from './contract.ts';
import { keyStoreError } from './hsm-failures.ts';

/** How one kind of key store finds and makes material in its HSMs. All else is the same for all of them. */
export interface MaterialPlacement {
  create(cluster: ClusterClient, request: NewMaterial): Promise<MaterialLocation>;
  /** The HSM's handle for the material; `stale` is a handle that the HSM no longer knew. */
  handle(cluster: ClusterClient, material: MaterialRecord, stale?: string): string | Promise<string>;
  destroy(cluster: ClusterClient, material: MaterialRecord): Promise<void>;
}

/** A key store over a cluster of HSMs; `cluster` answers undefined while there is no connection to it. */
export function hsmKeyStore(placement: MaterialPlacement, cluster: () => ClusterClient | undefined): KeyStore {
  function connected(): ClusterClient {
    const client = cluster();
    if (!client) throw new KeyStoreError('unreachable', 'the HSM cluster is not connected');
    return client;
  }

  async function guarded<R>(work: (client: ClusterClient) => Promise<R>): Promise<R> {
    try {
      return await work(connected());
    } catch (error) {
      throw keyStoreError(error);
    }
  }

  /** Runs a command over handles; once more with fresh handles if the HSM has dropped a session key meanwhile. */
  async function using<C extends CommandName>(
    materials: readonly MaterialRecord[],
    command: C,
    input: (handles: readonly string[]) => CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    return guarded(async (client) => {
      const handles: string[] = [];
      for (const material of materials) handles.push(await placement.handle(client, material));
      try {
        return await client.call(command, input(handles));
      } catch (error) {
        if (keyStoreError(error).failure !== 'material-missing') throw error;
        const fresh: string[] = [];
        for (const [index, material] of materials.entries()) fresh.push(await placement.handle(client, material, handles[index]));
        if (fresh.every((handle, index) => handle === handles[index])) throw error;
        return client.call(command, input(fresh));
      }
    });
  }

  const first = (handles: readonly string[]): string => handles[0] ?? '';

  return {
    createMaterial: (request) => guarded((client) => placement.create(client, request)),
    async destroyMaterial(material): Promise<boolean> {
      try {
        await placement.destroy(connected(), material);
        return true;
      } catch {
        return false;
      }
    },
    async encrypt(material, plaintext, aad): Promise<Uint8Array> {
      return (await using([material], 'encrypt', (handles) => ({ key: first(handles), plaintext, aad }))).ciphertext;
    },
    async decrypt(material, ciphertext, aad): Promise<Uint8Array> {
      return (await using([material], 'decrypt', (handles) => ({ key: first(handles), ciphertext, aad }))).plaintext;
    },
    async reencrypt(from, to): Promise<Uint8Array> {
      const output = await using([from.material, to.material], 'reencrypt', ([fromKey = '', toKey = '']) => ({
        fromKey,
        ciphertext: from.ciphertext,
        fromAad: from.aad,
        toKey,
        toAad: to.aad,
      }));
      return output.ciphertext;
    },
    encryptRandom: (material, length, aad, reveal): Promise<RandomKey> =>
      using([material], 'encryptRandom', (handles) => ({ key: first(handles), length, aad, reveal })),
    async random(length): Promise<Uint8Array> {
      return (await guarded((client) => client.call('random', { length }))).bytes;
    },
  };
}
