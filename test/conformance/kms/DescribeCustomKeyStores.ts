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
  good: async (stage) => ({ CustomKeyStoreId: await connectedStore(stage) }),
  gives({ CustomKeyStores }) {
    assert.deepEqual(
      [CustomKeyStores?.length, CustomKeyStores?.[0]?.ConnectionState],
      [1, 'CONNECTED'],
    );
    assert.ok(!JSON.stringify(CustomKeyStores).includes(KMSUSER_PASSWORD));
  },
  accepts: { 'no store': () => ({}), 'a name': () => ({ CustomKeyStoreName: 'own-hsms' }) },
  refuses: {
    CustomKeyStoreNotFoundException: [
      { when: 'an id', input: () => ({ CustomKeyStoreId: UNKNOWN_STORE }) },
      { when: 'a name', input: () => ({ CustomKeyStoreName: 'none' }) },
    ],
    InvalidMarkerException: {
      input: () => ({ Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
  },
});
