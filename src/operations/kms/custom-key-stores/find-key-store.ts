import { KmsError, type KeyStoreRow, type Scope } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';

export async function findKeyStore(
  reader: Reader,
  { account, region }: Scope,
  storeId: string,
): Promise<KeyStoreRow> {
  const row = await reader.get('keyStores', account, region, storeId);
  if (row) return row;
  throw new KmsError(
    'CustomKeyStoreNotFoundException',
    `Custom key store ${storeId} does not exist.`,
  );
}

export async function requireFreeName(
  reader: Reader,
  { account, region }: Scope,
  name: string,
): Promise<void> {
  const [taken] = await reader.find('keyStores', 'byName', [account, region, name], { limit: 1 });
  if (taken)
    throw new KmsError(
      'CustomKeyStoreNameInUseException',
      `A custom key store with the name ${name} already exists.`,
    );
}

/** Returns the error for a store in the wrong state. `remedy` tells the caller how to proceed. */
export function invalidState(row: KeyStoreRow, remedy: string): KmsError {
  return new KmsError(
    'CustomKeyStoreInvalidStateException',
    `Custom key store ${row.storeId} is ${row.state}. ${remedy}`,
  );
}
