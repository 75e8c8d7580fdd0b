import { defineOperation } from '../../operation.ts';
import { findKeyStore, invalidState } from './find-key-store.ts';

export const DisconnectCustomKeyStore = defineOperation('kms', 'DisconnectCustomKeyStore', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store, keyStores }, { CustomKeyStoreId }, { service: { scope } }) {
    const row = await store.read((reader) => findKeyStore(reader, scope, CustomKeyStoreId));
    if (row.state === 'DISCONNECTED' || row.state === 'DISCONNECTING') {
      throw invalidState(
        row,
        'Only a store that is CONNECTED, CONNECTING or FAILED can be disconnected.',
      );
    }
    await keyStores.disconnect(row);
    return {};
  },
});
