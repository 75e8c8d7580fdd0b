import { ConnectCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { connectedStore, disconnectedStore, UNKNOWN_STORE } from '../harness/key-stores.ts';
import { table } from '../harness/table.ts';

export const ConnectCustomKeyStore = table(
  'ConnectCustomKeyStore',
  ConnectCustomKeyStoreCommand,
)({
  key: 'none',
  good: async (stage) => ({ CustomKeyStoreId: await disconnectedStore(stage) }),
  accepts: {
    'a store that is connected': async (stage) => ({
      CustomKeyStoreId: await connectedStore(stage),
    }),
  },
  refuses: {
    CustomKeyStoreNotFoundException: { input: () => ({ CustomKeyStoreId: UNKNOWN_STORE }) },
  },
  never: {
    CloudHsmClusterInvalidConfigurationException:
      'shows as a ConnectionErrorCode: docs/decisions/0004-connect-errors.md',
    CloudHsmClusterNotActiveException:
      'a store is made over an active cluster only, which stays active',
    CustomKeyStoreInvalidStateException:
      'takes a store whose connection failed: test/e2e/connection-errors.test.ts',
  },
});
