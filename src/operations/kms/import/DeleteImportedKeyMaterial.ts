import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { removeMaterial } from './imported-materials.ts';

/** Deletes the named material, else the current one. Succeeds if the key has none. */
export const DeleteImportedKeyMaterial = defineOperation('kms', 'DeleteImportedKeyMaterial', {
  effect: 'write',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, kind: 'import', states: 'material-deletable' },
  }),
  async handle({ store, keyStores }, { KeyMaterialId }, { key: { key, arn } }) {
    const { account, region, keyId } = key;
    const deleted = await store.transact(async (transaction) => {
      const row = await transaction.get('keys', account, region, keyId);
      const wanted = KeyMaterialId ?? row?.currentMaterialId;
      const material =
        wanted === undefined ? undefined : await transaction.get('materials', wanted, region);
      const own = material?.keyId === keyId && material.account === account ? material : undefined;
      if (!own && KeyMaterialId !== undefined) {
        throw new KmsError(
          'NotFoundException',
          `Key material ${KeyMaterialId} of ${arn} is not found.`,
        );
      }
      if (own) await removeMaterial(transaction, own);
      return own;
    });
    if (deleted) await keyStores.default.destroyMaterial(deleted);
    return { KeyId: arn, ...(deleted && { KeyMaterialId: deleted.materialId }) };
  },
});
