import { aliasArn, type AliasRow } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { listPage } from '../../pagination.ts';

const DEFAULT_LIMIT = 50;

export const ListAliases = defineOperation('kms', 'ListAliases', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    service: { on: 'service' },
    key: KeyId === undefined ? undefined : { on: 'key', id: KeyId, states: 'any' },
  }),
  async handle({ store }, { Limit = DEFAULT_LIMIT, Marker }, { service: { scope }, key }) {
    const { account, region } = scope;
    const { rows, more } = await listPage(
      Limit,
      Marker,
      (page) =>
        store.read((reader) =>
          key
            ? reader.find('aliases', 'byKey', [account, region, key.key.keyId], page)
            : reader.list('aliases', [account, region], page),
        ),
      (alias) => [alias.account, alias.region, alias.name],
    );
    return { Aliases: rows.map(entry), ...more };
  },
});

function entry(alias: AliasRow): {
  AliasName: string;
  AliasArn: string;
  TargetKeyId: string;
  CreationDate: Date;
  LastUpdatedDate: Date;
} {
  return {
    AliasName: alias.name,
    AliasArn: aliasArn(alias, alias.name),
    TargetKeyId: alias.keyId,
    CreationDate: new Date(alias.creationDate),
    LastUpdatedDate: new Date(alias.lastUpdatedDate),
  };
}
