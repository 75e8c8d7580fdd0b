import assert from 'node:assert/strict';
import { DescribeCustomKeyStoresCommand } from '@aws-sdk/client-kms';
import { KMSUSER_PASSWORD } from '../../support/own-cluster.ts';
import { connectedStore, UNKNOWN_STORE } from '../harness/key-stores.ts';
import { table } from '../harness/table.ts';

export const DescribeCustomKeyStores = table(
  'DescribeCustomKeyStores',
  DescribeCustomKeyStoresCommand,
)({
  key: 'none',
  validInput: async (stage) => ({ CustomKeyStoreId: await connectedStore(stage) }),
  checkOutput({ CustomKeyStores }) {
    assert.deepEqual(
      [CustomKeyStores?.length, CustomKeyStores?.[0]?.ConnectionState],
      [1, 'CONNECTED'],
    );
    assert.ok(!JSON.stringify(CustomKeyStores).includes(KMSUSER_PASSWORD));
  },
  accepts: {
    'no store ID': () => ({}),
    'a store name': () => ({ CustomKeyStoreName: 'own-hsms' }),
  },
  refuses: {
    CustomKeyStoreNotFoundException: [
      { when: 'an unknown ID', input: () => ({ CustomKeyStoreId: UNKNOWN_STORE }) },
      { when: 'an unknown name', input: () => ({ CustomKeyStoreName: 'none' }) },
    ],
    InvalidMarkerException: {
      input: () => ({ Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
  },
});
