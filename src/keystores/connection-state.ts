import type { ConnectionState, KeyStoreRow } from '../domain/index.ts';
import type { Store } from '../storage/index.ts';
import { KeyStoreError } from './contract.ts';

export type KeyStoreRef = Pick<KeyStoreRow, 'account' | 'region' | 'storeId'>;

/**
 * Moves a custom key store to another connection state and clears any previous error code. Returns
 * false, and changes nothing, if the key store is in none of the states `from`, or deleted.
 */
export function changeConnectionState(
  store: Store,
  ref: KeyStoreRef,
  from: readonly ConnectionState[],
  to: Pick<KeyStoreRow, 'state' | 'errorCode'>,
): Promise<boolean> {
  return changeKeyStore(store, ref, ({ errorCode: _previous, ...row }) =>
    from.includes(row.state) ? { ...row, ...to } : undefined,
  );
}

/**
 * Replaces the key store's row by the result of `change`. Returns false, and changes nothing, if
 * `change` returns undefined or the key store is deleted.
 */
export function changeKeyStore(
  store: Store,
  { account, region, storeId }: KeyStoreRef,
  change: (row: KeyStoreRow) => KeyStoreRow | undefined,
): Promise<boolean> {
  return store.transact(async (transaction) => {
    const row = await transaction.get('keyStores', account, region, storeId);
    const changed = row && change(row);
    if (changed) await transaction.put('keyStores', changed);
    return changed !== undefined;
  });
}

export function notConnected(storeId: string): KeyStoreError {
  return new KeyStoreError('disconnected', `custom key store ${storeId} is not connected`);
}
