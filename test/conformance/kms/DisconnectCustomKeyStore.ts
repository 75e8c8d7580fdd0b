import { DisconnectCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { connectedStore, disconnectedStore, UNKNOWN_STORE } from '../harness/key-stores.ts';
import { table } from '../harness/table.ts';

export const DisconnectCustomKeyStore = table(
  'DisconnectCustomKeyStore',
  DisconnectCustomKeyStoreCommand,
)({
  key: 'none',
  validInput: async (stage) => ({ CustomKeyStoreId: await connectedStore(stage) }),
  refuses: {
    CustomKeyStoreInvalidStateException: {
      input: async (stage) => ({ CustomKeyStoreId: await disconnectedStore(stage) }),
    },
    CustomKeyStoreNotFoundException: { input: () => ({ CustomKeyStoreId: UNKNOWN_STORE }) },
  },
});
