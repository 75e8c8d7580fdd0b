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
 * Records a replica with its primary's materials, unless that Region has one already. `most`: keys that it may have.
 * The primary is looked at again: it may be on its way out since the pipeline saw it.
 */
export async function saveReplica(
  transaction: Transaction,
  {
    primary,
    replica,
    most,
  }: { readonly primary: KeyRow; readonly replica: KeyRow; readonly most: number },
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
  await requireRoomForKey(transaction, replica, most);
  await countKey(transaction, replica, 1);
  await transaction.put('keys', replica);
  for (const material of await transaction.find('materials', 'byKey', [account, region, keyId])) {
    await transaction.put('materials', inReplica(material, replica.region));
    // Material that waits for its rotation has to reach the new Region first.
    if (material.state === 'PENDING_ROTATION') {
      await transaction.put('materials', {
        ...material,
        state: 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION',
      });
    }
  }
}

/** Imported material has to be imported into the replica as well: until then only its id is known there. */
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
