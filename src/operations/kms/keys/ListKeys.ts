import { keyArn } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { listPage } from '../../pagination.ts';

const DEFAULT_LIMIT = 100;

export const ListKeys = defineOperation('kms', 'ListKeys', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, { Limit = DEFAULT_LIMIT, Marker }, { service: { scope } }) {
    const { account, region } = scope;
    const { rows, more } = await listPage(
      Limit,
      Marker,
      (page) => store.read((reader) => reader.list('keys', [account, region], page)),
      (key) => [key.account, key.region, key.keyId],
    );
    return {
      Keys: rows.map(({ keyId }) => ({ KeyId: keyId, KeyArn: keyArn(scope, keyId) })),
      ...more,
    };
  },
});
