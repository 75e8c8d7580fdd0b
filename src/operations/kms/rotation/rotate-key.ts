import type { KeyRow, MaterialRow } from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { Services } from '../../services.ts';
import { familyOf } from '../keys/key-family.ts';
import { newMaterial } from '../keys/make-key.ts';
import { recordKeyEvent } from '../upkeep/key-events.ts';

export interface Rotation {
  readonly type: 'AUTOMATIC' | 'ON_DEMAND';
  /**
   * Returns the key's row after the rotation, or undefined if its current row is not to be rotated.
   */
  readonly settle: (key: KeyRow, now: number) => KeyRow | undefined;
}

/**
 * Rotates a primary or single-Region key together with its related keys: to newly created material,
 * or to pending imported material. The previous material still decrypts.
 */
export async function rotateKey(
  services: Services,
  key: KeyRow,
  rotation: Rotation,
): Promise<void> {
  const now = services.clock.now();
  const fresh =
    key.origin === 'AWS_KMS' ? await newMaterial(services.keyStores.default, key, now) : undefined;
  await services.store.transact(async (transaction) => {
    const rotated = await rotateFamily(transaction, key, { fresh, rotation, now });
    if (!rotated) return;
    const { previous, current, keys } = rotated;
    const details = {
      rotationType: rotation.type,
      keyOrigin: key.origin,
      previousKeyMaterialId: previous,
      currentKeyMaterialId: current,
      keyId: key.keyId,
    };
    await recordKeyEvent(transaction, services.clock, key, { name: 'RotateKey', details });
    if (keys > 1)
      await recordKeyEvent(transaction, services.clock, key, { name: 'SynchronizeMultiRegionKey' });
  });
}

interface Step {
  readonly rotation: Rotation;
  readonly now: number;
}
interface Rotated {
  readonly previous: string | undefined;
  readonly current: string;
  readonly keys: number;
}

async function rotateFamily(
  transaction: Transaction,
  { account, region, keyId }: KeyRow,
  { fresh, ...step }: Step & { readonly fresh: MaterialRow | undefined },
): Promise<Rotated | undefined> {
  const row = await transaction.get('keys', account, region, keyId);
  if (!row || !step.rotation.settle(row, step.now)) return undefined;
  const family = await familyOf(transaction, row);
  const next = fresh ?? (await pendingMaterial(transaction, row));
  for (const member of family) {
    const settled = step.rotation.settle(member, step.now) ?? member;
    // The pending material may have been deleted since. Then the rotation ends without effect.
    await transaction.put(
      'keys',
      next ? { ...settled, currentMaterialId: next.materialId } : settled,
    );
    if (next) await makeCurrent(transaction, member, { next, ...step });
  }
  return next && { previous: row.currentMaterialId, current: next.materialId, keys: family.length };
}

/** Returns the imported material that waits for the next rotation on demand, if any. */
export async function pendingMaterial(
  reader: Pick<Transaction, 'find'>,
  { account, region, keyId }: KeyRow,
): Promise<MaterialRow | undefined> {
  const materials = await reader.find('materials', 'byKey', [account, region, keyId]);
  return materials.find(({ state }) => state === 'PENDING_ROTATION');
}

async function makeCurrent(
  transaction: Transaction,
  { region, currentMaterialId }: KeyRow,
  { next, rotation, now }: Step & { readonly next: MaterialRow },
): Promise<void> {
  const previous =
    currentMaterialId === undefined
      ? undefined
      : await transaction.get('materials', currentMaterialId, region);
  if (previous) await transaction.put('materials', { ...previous, state: 'NON_CURRENT' });
  // Imported material has a row in each Region, with its own expiry.
  const own = (await transaction.get('materials', next.materialId, region)) ?? { ...next, region };
  await transaction.put('materials', {
    ...own,
    state: 'CURRENT',
    rotationDate: now,
    rotationType: rotation.type,
  });
}
