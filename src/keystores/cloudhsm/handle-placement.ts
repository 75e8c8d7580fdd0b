import { HsmUnreachableError, type ClusterClient } from '../../hsm/client/index.ts';
import type { CommandInput } from '../../hsm/wire/index.ts';
import { KeyStoreError } from '../contract.ts';
import type { MaterialPlacement } from '../hsm/material-commands.ts';

/** CloudHSM key store: the material is a token key of kmsuser in the customer's cluster, known by its handle. */
export const cloudHsmPlacement: MaterialPlacement = {
  async create(cluster, { keyArn, materialId, type }) {
    if (type.kind !== 'aes')
      throw new KeyStoreError('unsupported', `this key store makes no ${type.kind} keys`);
    const template = {
      label: keyArn,
      id: materialId,
      token: true,
      extractable: false,
      encrypt: true,
      decrypt: true,
    };
    return {
      kind: type.kind,
      handle: await generate(cluster, { keyType: 'aes', length: 32, template }),
    };
  },
  handle(_cluster, material) {
    if (material.handle === undefined)
      throw new KeyStoreError('internal', 'material has no HSM key handle');
    return material.handle;
  },
  async destroy(cluster, material) {
    if (material.handle !== undefined)
      await cluster.call('destroyKey', { handle: material.handle });
  },
};

/** If the HSM breaks off meanwhile, once more with another, after the key that may have been made is gone. */
async function generate(
  cluster: ClusterClient,
  wanted: CommandInput<'generateKey'>,
): Promise<string> {
  try {
    return (await cluster.call('generateKey', wanted)).handle;
  } catch (error) {
    if (!(error instanceof HsmUnreachableError && error.maybeDone)) throw error;
    // The material's id is random, so whatever bears it is what we just asked for.
    const { keys } = await cluster.call('findKeys', {
      filter: { attributes: { id: wanted.template.id ?? '' } },
      limit: 10,
    });
    for (const { handle } of keys) await cluster.call('destroyKey', { handle });
    return await generateAgain(cluster, wanted);
  }
}

async function generateAgain(
  cluster: ClusterClient,
  wanted: CommandInput<'generateKey'>,
): Promise<string> {
  try {
    return (await cluster.call('generateKey', wanted)).handle;
  } catch (error) {
    if (!(error instanceof HsmUnreachableError)) throw error;
    throw new KeyStoreError('insufficient-hsms', error.message, { cause: error });
  }
}
