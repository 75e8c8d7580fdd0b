import type { Response } from '../../../contract/index.ts';
import type { KeyRow, MaterialRow } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { listPage } from '../../pagination.ts';

type Entry = NonNullable<Response<'kms', 'ListKeyRotations'>['Rotations']>[number];

const DEFAULT_LIMIT = 100;

/**
 * Lists completed rotations, oldest first. With ALL_KEY_MATERIAL also lists the first material and
 * pending ones.
 */
export const ListKeyRotations = defineOperation('kms', 'ListKeyRotations', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, kind: 'rotation-list', states: 'any' } }),
  async handle({ store }, { IncludeKeyMaterial, Limit = DEFAULT_LIMIT, Marker }, { key: { key } }) {
    const materials = await store.read((reader) =>
      reader.find('materials', 'byKey', [key.account, key.region, key.keyId]),
    );
    const listed = materials
      .filter(
        ({ rotationDate }) =>
          IncludeKeyMaterial === 'ALL_KEY_MATERIAL' || rotationDate !== undefined,
      )
      .toSorted((a, b) => (a.rotationDate ?? a.creationDate) - (b.rotationDate ?? b.creationDate));
    const { rows, more } = await listPage(
      Limit,
      Marker,
      async ({ after, limit }) => {
        const start =
          after === undefined
            ? 0
            : listed.findIndex(({ materialId }) => materialId === after[0]) + 1;
        return listed.slice(start, start + (limit ?? listed.length));
      },
      ({ materialId }) => [materialId],
    );
    return { Rotations: rows.map((material) => entryOf(key, material)), ...more };
  },
});

function entryOf({ keyId, origin }: KeyRow, material: MaterialRow): Entry {
  const { rotationDate, rotationType } = material;
  return {
    KeyId: keyId,
    KeyMaterialId: material.materialId,
    KeyMaterialState: material.state,
    ...(origin === 'EXTERNAL' && importedPart(material)),
    ...(rotationDate !== undefined &&
      rotationType && { RotationDate: new Date(rotationDate), RotationType: rotationType }),
  };
}

function importedPart({
  description,
  importState = 'PENDING_IMPORT',
  validTo,
}: MaterialRow): Partial<Entry> {
  return {
    KeyMaterialDescription: description ?? '',
    ImportState: importState,
    ...(importState === 'IMPORTED' && {
      ExpirationModel:
        validTo === undefined
          ? ('KEY_MATERIAL_DOES_NOT_EXPIRE' as const)
          : ('KEY_MATERIAL_EXPIRES' as const),
      ...(validTo !== undefined && { ValidTo: new Date(validTo) }),
    }),
  };
}
