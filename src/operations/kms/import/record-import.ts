import {
  keyArn,
  keySpecProperties,
  KmsError,
  type KeyRow,
  type MaterialRow,
} from '../../../domain/index.ts';
import type { MaterialLocation } from '../../../keystores/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import { familyOf } from '../keys/key-family.ts';
import { isPermanent, settleMissing, settlePending } from './imported-materials.ts';

/** Imported material, with its owner's description. */
export interface IncomingMaterial {
  readonly materialId: string;
  readonly location: MaterialLocation;
  readonly now: number;
  readonly validTo: number | undefined;
  readonly description: string | undefined;
  /** Defaults to new if it is the key's first material, else to existing. */
  readonly type: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL' | undefined;
}

/**
 * Records imported material. Bytes that the key had before regain their previous state. New ones
 * become the key's first material, or wait for the next rotation on demand, in every Region of the
 * key's family.
 * @throws KmsError IncorrectKeyMaterialException, KMSInvalidStateException,
 * UnsupportedOperationException; nothing is recorded then
 */
export async function recordImport(
  transaction: Transaction,
  key: KeyRow,
  incoming: IncomingMaterial,
): Promise<void> {
  const { account, region, keyId } = key;
  const known = await transaction.find('materials', 'byKey', [account, region, keyId]);
  const same = known.find(({ materialId }) => materialId === incoming.materialId);
  const first = !known.some(isPermanent);
  const type = incoming.type ?? (first ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL');
  if (type === 'EXISTING_KEY_MATERIAL') {
    if (!same)
      throw incorrect(
        `The key material is not one that was imported into ${keyArn(key, keyId)} before.`,
      );
    await transaction.put('materials', imported(same, incoming));
  } else if (first) await recordFirst(transaction, key, incoming);
  else {
    if (same && isPermanent(same))
      throw incorrect(`The key material is associated with ${keyArn(key, keyId)} already.`);
    await recordPending(transaction, key, incoming, known);
  }
  await settlePending(transaction, key, incoming.materialId);
  await settleMissing(transaction, key);
}

async function recordFirst(
  transaction: Transaction,
  key: KeyRow,
  incoming: IncomingMaterial,
): Promise<void> {
  requirePrimary(key);
  await transaction.put('materials', imported(newRow(key, incoming, 'CURRENT'), incoming));
  await transaction.put('keys', { ...key, currentMaterialId: incoming.materialId });
}

async function recordPending(
  transaction: Transaction,
  key: KeyRow,
  incoming: IncomingMaterial,
  known: readonly MaterialRow[],
): Promise<void> {
  const arn = keyArn(key, key.keyId);
  if (keySpecProperties(key.keySpec).family !== 'symmetric')
    throw incorrect(`The key material of ${arn} can not be changed.`);
  requirePrimary(key);
  const { materialId } = incoming;
  const other = known.find((one) => !isPermanent(one) && one.materialId !== materialId);
  if (other) {
    throw new KmsError(
      'KMSInvalidStateException',
      `New key material (id: ${materialId}) cannot be imported into KMS key ${arn}, because another key material (id: ${other.materialId}) is pending rotation.`,
    );
  }
  const row = newRow(key, incoming, 'PENDING_ROTATION');
  await transaction.put('materials', imported(row, incoming));
  for (const { region } of await familyOf(transaction, key)) {
    const waiting = await transaction.get('materials', materialId, region);
    if (!waiting)
      await transaction.put('materials', { ...row, region, importState: 'PENDING_IMPORT' });
  }
}

/** Requires the primary key: a family gets new material only through it. */
function requirePrimary({ primaryRegion, region, account, keyId }: KeyRow): void {
  if (primaryRegion === undefined || primaryRegion === region) return;
  const arn = keyArn({ account, region }, keyId);
  throw new KmsError('UnsupportedOperationException', `${arn} is not a multi-region primary key.`);
}

function newRow(
  { account, region, keyId }: KeyRow,
  { materialId, location, now }: IncomingMaterial,
  state: MaterialRow['state'],
): MaterialRow {
  const { kind } = location;
  return { materialId, region, account, keyId, creationDate: now, state, kind };
}

/** Returns the row with the imported bytes. Values that the request omits stay. */
function imported(
  { validTo: _before, ...row }: MaterialRow,
  { location, validTo, description }: IncomingMaterial,
): MaterialRow {
  return {
    ...row,
    ...location,
    importState: 'IMPORTED',
    ...(validTo !== undefined && { validTo }),
    ...(description !== undefined && { description }),
  };
}

function incorrect(text: string): KmsError {
  return new KmsError('IncorrectKeyMaterialException', text);
}
