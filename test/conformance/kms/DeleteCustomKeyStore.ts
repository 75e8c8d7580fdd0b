import { DeleteCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { connectedStore, disconnectedStore, UNKNOWN_STORE } from '../harness/key-stores.ts';
import { table } from '../harness/table.ts';

export const DeleteCustomKeyStore = table(
  'DeleteCustomKeyStore',
  DeleteCustomKeyStoreCommand,
)({
  key: 'none',
  validInput: async (stage) => ({ CustomKeyStoreId: await disconnectedStore(stage) }),
  refuses: {
    CustomKeyStoreHasCMKsException: {
      async input(stage) {
        await stage.newKey({
          Origin: 'AWS_CLOUDHSM',
          CustomKeyStoreId: await connectedStore(stage),
        });
        return { CustomKeyStoreId: await disconnectedStore(stage) };
      },
    },
    CustomKeyStoreInvalidStateException: {
      input: async (stage) => ({ CustomKeyStoreId: await connectedStore(stage) }),
    },
    CustomKeyStoreNotFoundException: { input: () => ({ CustomKeyStoreId: UNKNOWN_STORE }) },
  },
});
