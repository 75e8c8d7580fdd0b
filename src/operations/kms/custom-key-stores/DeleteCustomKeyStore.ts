import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { findKeyStore, invalidState } from './find-key-store.ts';

export const DeleteCustomKeyStore = defineOperation('kms', 'DeleteCustomKeyStore', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, { CustomKeyStoreId: storeId }, { service: { scope } }) {
    const { account, region } = scope;
    await store.transact(async (transaction) => {
      const row = await findKeyStore(transaction, scope, storeId);
      if (row.state !== 'DISCONNECTED')
        throw invalidState(row, 'Disconnect it before you delete it.');
      const [key] = await transaction.find('keys', 'byStore', [account, region, storeId], {
        limit: 1,
      });
      if (key) {
        throw new KmsError(
          'CustomKeyStoreHasCMKsException',
          `Custom key store ${storeId} contains KMS keys. Schedule their deletion and wait until they are deleted.`,
        );
      }
      await transaction.delete('keyStores', account, region, storeId);
    });
    return {};
  },
});
