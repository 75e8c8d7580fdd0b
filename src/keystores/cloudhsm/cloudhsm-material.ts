import { HsmUnreachableError, type ClusterClient } from '../../hsm/client/index.ts';
import type { CommandInput } from '../../hsm/wire/index.ts';
import { KeyStoreError } from '../contract.ts';
import type { MaterialStorage } from '../hsm/material-commands.ts';

/**
 * Storage of material in CloudHSM key stores: the material is a token key of kmsuser in the
 * customer's cluster, identified by its handle.
 */
export const cloudHsmMaterialStorage: MaterialStorage = {
  async create(cluster, { keyArn, materialId, type }) {
    if (type.kind !== 'aes')
      throw new KeyStoreError('unsupported', `this key store cannot create ${type.kind} keys`);
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
  resolveHandle(_cluster, material) {
    if (material.handle === undefined)
      throw new KeyStoreError('internal', 'the material row has no HSM key handle');
    return material.handle;
  },
  async destroy(cluster, material) {
    if (material.handle !== undefined)
      await cluster.call('destroyKey', { handle: material.handle });
  },
};

/**
 * Generates a key. If the HSM disconnects before it replies, deletes the key it may have generated
 * and tries once more, with another HSM.
 */
async function generate(
  cluster: ClusterClient,
  input: CommandInput<'generateKey'>,
): Promise<string> {
  try {
    return (await cluster.call('generateKey', input)).handle;
  } catch (error) {
    if (!(error instanceof HsmUnreachableError && error.maybeDone)) throw error;
    // The material's ID is random, so a key with this ID can only come from the first attempt.
    const { keys } = await cluster.call('findKeys', {
      filter: { attributes: { id: input.template.id ?? '' } },
      limit: 10,
    });
    for (const { handle } of keys) await cluster.call('destroyKey', { handle });
    return await generateAgain(cluster, input);
  }
}

async function generateAgain(
  cluster: ClusterClient,
  input: CommandInput<'generateKey'>,
): Promise<string> {
  try {
    return (await cluster.call('generateKey', input)).handle;
  } catch (error) {
    if (!(error instanceof HsmUnreachableError)) throw error;
    throw new KeyStoreError('insufficient-hsms', error.message, { cause: error });
  }
}
