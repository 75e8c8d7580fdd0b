import type { MaterialRecord } from '../../../domain/index.ts';
import type { Services } from '../../services.ts';
import { recordKeyEvent } from '../key-event.ts';
import { forEach } from '../upkeep/for-each.ts';
import { removeMaterial } from './imported-materials.ts';

/** Deletes imported material whose `ValidTo` has come: its key can't be used until the same bytes are imported again. */
export async function expireMaterials(services: Services): Promise<void> {
  const due = await services.store.read((reader) => reader.due('materials', 'byExpiry', services.clock.now()));
  await forEach(due, services.log, (material) => expire(services, material));
}

async function expire(services: Services, { materialId, region }: MaterialRecord): Promise<void> {
  const now = services.clock.now();
  const expired = await services.store.transact(async (transaction) => {
    const material = await transaction.get('materials', materialId, region);
    if (material?.validTo === undefined || material.validTo > now) return undefined;
    await removeMaterial(transaction, material);
    return material;
  });
  // It was imported again meanwhile, with another date.
  if (!expired) return;
  await services.keyStores.default.destroyMaterial(expired);
  await recordKeyEvent(services, expired, { name: 'DeleteExpiredKeyMaterial', serviceEventDetails: { keyMaterialId: materialId } });
}
