import { UpdateCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { KMSUSER_PASSWORD } from '../../support/own-cluster.ts';
import { connectedStore, disconnectedStore, UNKNOWN_STORE } from '../harness/key-stores.ts';
import { table } from '../harness/table.ts';

const elsewhere = 'needs another cluster: test/e2e';

export const UpdateCustomKeyStore = table(
  'UpdateCustomKeyStore',
  UpdateCustomKeyStoreCommand,
)({
  key: 'none',
  validInput: async (stage) => ({
    CustomKeyStoreId: await disconnectedStore(stage),
    NewCustomKeyStoreName: 'own-hsms',
  }),
  accepts: {
    'a name while the store is connected': async (stage) => ({
      CustomKeyStoreId: await connectedStore(stage),
      NewCustomKeyStoreName: 'own-hsms',
    }),
  },
  refuses: {
    CloudHsmClusterNotFoundException: {
      input: async (stage) => ({
        CustomKeyStoreId: await disconnectedStore(stage),
        CloudHsmClusterId: 'cluster-aaaaaaaaaaa',
      }),
    },
    CustomKeyStoreInvalidStateException: {
      input: async (stage) => ({
        CustomKeyStoreId: await connectedStore(stage),
        KeyStorePassword: KMSUSER_PASSWORD,
      }),
    },
    CustomKeyStoreNotFoundException: {
      input: () => ({ CustomKeyStoreId: UNKNOWN_STORE, NewCustomKeyStoreName: 'a' }),
    },
  },
  unreachable: {
    CloudHsmClusterInvalidConfigurationException: elsewhere,
    CloudHsmClusterNotActiveException: elsewhere,
    CloudHsmClusterNotRelatedException: elsewhere,
    CustomKeyStoreNameInUseException: 'needs another store, for another cluster',
  },
});
