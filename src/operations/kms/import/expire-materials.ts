import type { MaterialRow } from '../../../domain/index.ts';
import type { Services } from '../../services.ts';
import { forEach } from '../upkeep/for-each.ts';
import { recordKeyEvent } from '../upkeep/key-events.ts';
import { removeMaterial } from './imported-materials.ts';

/**
 * Deletes imported material whose `ValidTo` has passed. Its key is unusable until the same bytes
 * are imported again.
 */
export async function expireMaterials(services: Services): Promise<void> {
  const due = await services.store.read((reader) =>
    reader.due('materials', 'byExpiry', services.clock.now()),
  );
  await forEach(due, services.log, (material) => expire(services, material));
}

async function expire(
  { store, clock }: Services,
  { materialId, region }: MaterialRow,
): Promise<void> {
  const now = clock.now();
  await store.transact(async (transaction) => {
    const material = await transaction.get('materials', materialId, region);
    // It may have been imported again in the meantime, with another date.
    if (material?.validTo === undefined || material.validTo > now) return;
    await removeMaterial(transaction, material);
    const { token: _token, ...known } = material;
    const details = { keyMaterialId: materialId };
    await recordKeyEvent(transaction, clock, material, {
      name: 'DeleteExpiredKeyMaterial',
      details,
      materials: [known],
    });
  });
}
