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

/** Material that has come in, and what its owner says of it. */
export interface Arrival {
  readonly materialId: string;
  readonly location: MaterialLocation;
  readonly now: number;
  readonly validTo: number | undefined;
  readonly description: string | undefined;
  /** Undefined: new if it is the key's first, else one that the key had before. */
  readonly type: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL' | undefined;
}

/**
 * Records imported material. Bytes that the key had before come back as what they were. New ones become the key's first
 * material, or wait for the next rotation on demand, in every Region of the key's family.
 * @throws KmsError IncorrectKeyMaterialException, KMSInvalidStateException, UnsupportedOperationException; nothing is then recorded
 */
export async function takeMaterial(
  transaction: Transaction,
  key: KeyRow,
  arrival: Arrival,
): Promise<void> {
  const { account, region, keyId } = key;
  const known = await transaction.find('materials', 'byKey', [account, region, keyId]);
  const same = known.find(({ materialId }) => materialId === arrival.materialId);
  const first = !known.some(isPermanent);
  const type = arrival.type ?? (first ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL');
  if (type === 'EXISTING_KEY_MATERIAL') {
    if (!same)
      throw incorrect(
        `The key material is not one that was imported into ${keyArn(key, keyId)} before.`,
      );
    await transaction.put('materials', imported(same, arrival));
  } else if (first) await takeFirst(transaction, key, arrival);
  else {
    if (same && isPermanent(same))
      throw incorrect(`The key material is associated with ${keyArn(key, keyId)} already.`);
    await takePending(transaction, key, arrival, known);
  }
  await settlePending(transaction, key, arrival.materialId);
  await settleMissing(transaction, key);
}

async function takeFirst(transaction: Transaction, key: KeyRow, arrival: Arrival): Promise<void> {
  requirePrimary(key);
  await transaction.put('materials', imported(newRow(key, arrival, 'CURRENT'), arrival));
  await transaction.put('keys', { ...key, currentMaterialId: arrival.materialId });
}

async function takePending(
  transaction: Transaction,
  key: KeyRow,
  arrival: Arrival,
  known: readonly MaterialRow[],
): Promise<void> {
  const arn = keyArn(key, key.keyId);
  if (keySpecProperties(key.keySpec).family !== 'symmetric')
    throw incorrect(`The key material of ${arn} can not be changed.`);
  requirePrimary(key);
  const { materialId } = arrival;
  const other = known.find((one) => !isPermanent(one) && one.materialId !== materialId);
  if (other) {
    throw new KmsError(
      'KMSInvalidStateException',
      `New key material (id: ${materialId}) cannot be imported into KMS key ${arn}, because another key material (id: ${other.materialId}) is pending rotation.`,
    );
  }
  const row = newRow(key, arrival, 'PENDING_ROTATION');
  await transaction.put('materials', imported(row, arrival));
  for (const { region } of await familyOf(transaction, key)) {
    const waiting = await transaction.get('materials', materialId, region);
    if (!waiting)
      await transaction.put('materials', { ...row, region, importState: 'PENDING_IMPORT' });
  }
}

/** New material comes into a family through its primary. */
function requirePrimary({ primaryRegion, region, account, keyId }: KeyRow): void {
  if (primaryRegion === undefined || primaryRegion === region) return;
  const arn = keyArn({ account, region }, keyId);
  throw new KmsError('UnsupportedOperationException', `${arn} is not a multi-region primary key.`);
}

function newRow(
  { account, region, keyId }: KeyRow,
  { materialId, location, now }: Arrival,
  state: MaterialRow['state'],
): MaterialRow {
  const { kind } = location;
  return { materialId, region, account, keyId, creationDate: now, state, kind };
}

/** The row with the bytes in; what is not said anew of them stays. */
function imported(
  { validTo: _before, ...row }: MaterialRow,
  { location, validTo, description }: Arrival,
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
