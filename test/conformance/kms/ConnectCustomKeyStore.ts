import { ConnectCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { connectedStore, disconnectedStore, UNKNOWN_STORE } from '../harness/key-stores.ts';
import { table } from '../harness/table.ts';

export const ConnectCustomKeyStore = table(
  'ConnectCustomKeyStore',
  ConnectCustomKeyStoreCommand,
)({
  key: 'none',
  validInput: async (stage) => ({ CustomKeyStoreId: await disconnectedStore(stage) }),
  accepts: {
    'a connected store': async (stage) => ({
      CustomKeyStoreId: await connectedStore(stage),
    }),
  },
  refuses: {
    CustomKeyStoreNotFoundException: { input: () => ({ CustomKeyStoreId: UNKNOWN_STORE }) },
  },
  unreachable: {
    CloudHsmClusterInvalidConfigurationException:
      'shows as a ConnectionErrorCode: docs/decisions/0004-connect-errors.md',
    CloudHsmClusterNotActiveException:
      'a store is created for an active cluster only, which stays active',
    CustomKeyStoreInvalidStateException:
      'needs a store in state FAILED: test/e2e/connection-errors.test.ts',
  },
});
