import type { KeyRecord, MaterialRecord } from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { Services } from '../../services.ts';
import { recordKeyEvent } from '../key-event.ts';
import { familyOf } from '../keys/key-family.ts';
import { newMaterial } from '../keys/make-key.ts';

export interface Rotation {
  readonly type: 'AUTOMATIC' | 'ON_DEMAND';
  /** The key after it; undefined if, as the key stands now, it is not to be rotated. */
  readonly settle: (key: KeyRecord, now: number) => KeyRecord | undefined;
}

/**
 * Makes new material the current one of a primary or single-Region key and, at the same moment, of its related keys: fresh
 * material, or what was imported for it. What was current before goes on decrypting.
 */
export async function rotateKey(services: Services, key: KeyRecord, rotation: Rotation): Promise<void> {
  const now = services.clock.now();
  const fresh = key.origin === 'AWS_KMS' ? await newMaterial(services.keyStores.default, key, now) : undefined;
  const rotated = await services.store.transact(async (transaction) => {
    const row = await transaction.get('keys', key.account, key.region, key.keyId);
    const next = row && (fresh ?? (await pendingMaterial(transaction, row)));
    if (!row || !next || !rotation.settle(row, now)) return undefined;
    const family = await familyOf(transaction, row);
    for (const member of family) await rotateMember(transaction, member, { next, rotation, now });
    return { previous: row.currentMaterialId, current: next.materialId, family };
  });
  if (!rotated) return;
  await recordKeyEvent(services, key, {
    name: 'RotateKey',
    serviceEventDetails: {
      rotationType: rotation.type,
      keyOrigin: key.origin,
      previousKeyMaterialId: rotated.previous,
      currentKeyMaterialId: rotated.current,
      keyId: key.keyId,
    },
  });
  if (rotated.family.length > 1) await recordKeyEvent(services, key, { name: 'SynchronizeMultiRegionKey' });
}

/** Imported material that waits for the next rotation on demand, if there is any. */
export async function pendingMaterial(
  reader: Pick<Transaction, 'find'>,
  { account, region, keyId }: KeyRecord,
): Promise<MaterialRecord | undefined> {
  const materials = await reader.find('materials', 'byKey', [account, region, keyId]);
  return materials.find(({ state }) => state === 'PENDING_ROTATION');
}

async function rotateMember(
  transaction: Transaction,
  member: KeyRecord,
  { next, rotation, now }: { readonly next: MaterialRecord; readonly rotation: Rotation; readonly now: number },
): Promise<void> {
  const { region, currentMaterialId } = member;
  const previous = currentMaterialId === undefined ? undefined : await transaction.get('materials', currentMaterialId, region);
  if (previous) await transaction.put('materials', { ...previous, state: 'NON_CURRENT' });
  // Imported material has a row, with an expiry of its own, in each Region.
  const own = (await transaction.get('materials', next.materialId, region)) ?? { ...next, region };
  await transaction.put('materials', { ...own, state: 'CURRENT', rotationDate: now, rotationType: rotation.type });
  await transaction.put('keys', { ...(rotation.settle(member, now) ?? member), currentMaterialId: next.materialId });
}
