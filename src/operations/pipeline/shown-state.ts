import { keyState, type KeyRow } from '../../domain/index.ts';
import type { Services } from '../services.ts';

/** Returns the key's current state, as DescribeKey shows it. */
export function shownState(
  keyStores: Services['keyStores'],
  key: KeyRow,
): ReturnType<typeof keyState> {
  return keyState(
    key,
    key.customKeyStoreId === undefined || keyStores.isConnected(key.customKeyStoreId),
  );
}
