import {
  keyArn,
  keyState,
  KmsError,
  stateVerdict,
  type KeyRow,
  type MaterialRow,
} from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import { countKey, requireRoomForKey } from '../keys/key-count.ts';

/**
 * Records a replica with its primary key's materials, unless its Region already has one. `maxKeys`
 * is the quota of that Region. Reads the primary key again: it may have changed since it was
 * authorized.
 */
export async function saveReplica(
  transaction: Transaction,
  {
    primary,
    replica,
    maxKeys,
  }: { readonly primary: KeyRow; readonly replica: KeyRow; readonly maxKeys: number },
): Promise<void> {
  const { account, region, keyId } = primary;
  const now = await transaction.get('keys', account, region, keyId);
  const verdict = now ? stateVerdict('replicable', keyState(now, true)) : 'ok';
  if (verdict !== 'ok')
    throw new KmsError(verdict.error, `${keyArn(primary, keyId)} ${verdict.text}`);
  if (!now)
    throw new KmsError('NotFoundException', `Key '${keyArn(primary, keyId)}' does not exist`);
  if (await transaction.get('keys', account, replica.region, keyId)) {
    throw new KmsError('AlreadyExistsException', `Key ${keyArn(replica, keyId)} already exists.`);
  }
  await requireRoomForKey(transaction, replica, maxKeys);
  await countKey(transaction, replica, 1);
  await transaction.put('keys', replica);
  for (const material of await transaction.find('materials', 'byKey', [account, region, keyId])) {
    await transaction.put('materials', inReplica(material, replica.region));
    // Material that is pending rotation has to be imported in the new Region first.
    if (material.state === 'PENDING_ROTATION') {
      await transaction.put('materials', {
        ...material,
        state: 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION',
      });
    }
  }
}

/**
 * Returns a material's row for the replica. Imported material has to be imported into the replica
 * too; until then only its ID is known there.
 */
function inReplica(material: MaterialRow, region: string): MaterialRow {
  if (material.importState === undefined) return { ...material, region };
  const {
    token: _token,
    domainKeyHandle: _handle,
    description: _description,
    validTo: _validTo,
    ...known
  } = material;
  const state =
    material.state === 'PENDING_ROTATION'
      ? 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'
      : material.state;
  return { ...known, region, state, importState: 'PENDING_IMPORT' };
}
