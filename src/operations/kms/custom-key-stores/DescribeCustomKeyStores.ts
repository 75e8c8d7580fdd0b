import { KmsError, type KeyStoreRow } from '../../../domain/index.ts';
import type { Response } from '../../../contract/index.ts';
import { defineOperation } from '../../operation.ts';
import { listPage } from '../../pagination.ts';

const DEFAULT_LIMIT = 100;

type Entry = NonNullable<Response<'kms', 'DescribeCustomKeyStores'>['CustomKeyStores']>[number];

export const DescribeCustomKeyStores = defineOperation('kms', 'DescribeCustomKeyStores', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, input, { service: { scope } }) {
    const { CustomKeyStoreId: id, CustomKeyStoreName: name, Limit = DEFAULT_LIMIT, Marker } = input;
    if (id !== undefined && name !== undefined) {
      throw new KmsError(
        'ValidationException',
        'You can specify CustomKeyStoreId or CustomKeyStoreName, but not both.',
      );
    }
    const prefix = [scope.account, scope.region];
    const { rows, more } = await listPage(
      Limit,
      Marker,
      (page) =>
        store.read((reader) =>
          name === undefined
            ? reader.list('keyStores', id === undefined ? prefix : [...prefix, id], page)
            : reader.find('keyStores', 'byName', [...prefix, name], page),
        ),
      (row) => [row.account, row.region, row.storeId],
    );
    if (rows.length === 0 && (id ?? name) !== undefined) {
      throw new KmsError(
        'CustomKeyStoreNotFoundException',
        `Custom key store ${id ?? name} does not exist.`,
      );
    }
    return { CustomKeyStores: rows.map(entry), ...more };
  },
});

function entry(row: KeyStoreRow): Entry {
  return {
    CustomKeyStoreId: row.storeId,
    CustomKeyStoreName: row.name,
    CustomKeyStoreType: 'AWS_CLOUDHSM',
    CloudHsmClusterId: row.clusterId,
    TrustAnchorCertificate: row.trustAnchor,
    ConnectionState: row.state,
    ...(row.errorCode !== undefined && { ConnectionErrorCode: row.errorCode }),
    CreationDate: new Date(row.creationDate),
  };
}
