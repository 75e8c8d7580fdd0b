import { KmsError, type KeyStoreRow, type Scope } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';

export async function findKeyStore(
  reader: Reader,
  { account, region }: Scope,
  storeId: string,
): Promise<KeyStoreRow> {
  const record = await reader.get('keyStores', account, region, storeId);
  if (record) return record;
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

/** Errors of a store that is in the wrong state say what to do about it. */
export function invalidState(record: KeyStoreRow, remedy: string): KmsError {
  return new KmsError(
    'CustomKeyStoreInvalidStateException',
    `Custom key store ${record.storeId} is ${record.state}. ${remedy}`,
  );
}
