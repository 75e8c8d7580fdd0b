import type { KeyRow, MaterialRow } from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { Services } from '../../services.ts';
import { familyOf } from '../keys/key-family.ts';
import { newMaterial } from '../keys/make-key.ts';
import { recordKeyEvent } from '../upkeep/key-events.ts';

export interface Rotation {
  readonly type: 'AUTOMATIC' | 'ON_DEMAND';
  /** The key after it; undefined if, as the key stands now, it is not to be rotated. */
  readonly settle: (key: KeyRow, now: number) => KeyRow | undefined;
}

/**
 * Makes new material the current one of a primary or single-Region key and, at the same moment, of its related keys: fresh
 * material, or what was imported for it. What was current before goes on decrypting.
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
    // What was imported for it may have been deleted since: then it is over without having happened.
    await transaction.put(
      'keys',
      next ? { ...settled, currentMaterialId: next.materialId } : settled,
    );
    if (next) await makeCurrent(transaction, member, { next, ...step });
  }
  return next && { previous: row.currentMaterialId, current: next.materialId, keys: family.length };
}

/** Imported material that waits for the next rotation on demand, if there is any. */
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
  // Imported material has a row, with an expiry of its own, in each Region.
  const own = (await transaction.get('materials', next.materialId, region)) ?? { ...next, region };
  await transaction.put('materials', {
    ...own,
    state: 'CURRENT',
    rotationDate: now,
    rotationType: rotation.type,
  });
}
