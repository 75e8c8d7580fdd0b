import { defineOperation } from '../../operation.ts';
import { findKeyStore, invalidState } from './find-key-store.ts';

export const DisconnectCustomKeyStore = defineOperation('kms', 'DisconnectCustomKeyStore', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store, keyStores }, { CustomKeyStoreId }, { service: { scope } }) {
    const record = await store.read((reader) => findKeyStore(reader, scope, CustomKeyStoreId));
    if (record.state === 'DISCONNECTED' || record.state === 'DISCONNECTING') {
      throw invalidState(
        record,
        'Only a store that is CONNECTED, CONNECTING or FAILED can be disconnected.',
      );
    }
    await keyStores.disconnect(record);
    return {};
  },
});
