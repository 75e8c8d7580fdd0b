import { KmsError, oidcProviderArn, type OidcProviderRow } from '../../domain/index.ts';
import { defineOperation, type IamResource, type IamTarget } from '../operation.ts';
import { amend, current, rowOf, type RowRef } from '../row-ref.ts';
import { collectionTarget, noSuchEntity } from './entities.ts';
import { checkQuota } from './quotas.ts';
import { checkedTags, pageOfTags, someTags, tagged, untagged } from './tags.ts';

/** An identity provider, whether or not it exists. */
interface ProviderResource extends IamResource, RowRef<'oidcProviders'> {}

const ARN = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/(.+)$/;
const URL_FORM = /^(https?):\/\/([a-z0-9.-]+(?::\d+)?(?:\/[^?#\s]*)?)$/i;
/** Hosts that may be used without TLS: only providers on this machine can be trusted then. */
const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+)(?::|\/|$)/;

function providerTarget(arn: string): IamTarget<ProviderResource> {
  return {
    on: 'iam',
    async find(reader, { account }) {
      const [, url] = ARN.exec(arn) ?? [];
      if (url === undefined) throw new KmsError('InvalidInput', `Invalid ARN ${arn}`);
      const own = oidcProviderArn(account, url) === arn;
      const ref: RowRef<'oidcProviders'> = {
        table: 'oidcProviders',
        key: [account, url],
        row: own ? await reader.get('oidcProviders', account, url) : undefined,
        missing: () => noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`),
      };
      return {
        ...ref,
        ...(ref.row && { tags: ref.row.tags }),
        account,
        arn,
        rows: own ? [ref] : [],
      };
    },
  };
}

function newProviderTarget(url: string): IamTarget {
  return {
    on: 'iam',
    find: async (_reader, { account }) => ({
      account,
      arn: oidcProviderArn(account, parseUrl(url).url),
      rows: [],
    }),
  };
}

/** Parses the URL of a provider. @throws KmsError InvalidInput */
function parseUrl(url: string): Pick<OidcProviderRow, 'scheme' | 'url'> {
  const [, scheme = '', rest = ''] = URL_FORM.exec(url) ?? [];
  const secure = scheme.toLowerCase() === 'https';
  if (rest === '' || (!secure && !LOCAL.test(rest))) {
    throw new KmsError(
      'InvalidInput',
      'Invalid Open ID Connect Provider URL: it must begin with https:// (http:// for one on this machine).',
    );
  }
  return { scheme: secure ? 'https' : 'http', url: rest.replace(/\/$/, '') };
}

export const CreateOpenIDConnectProvider = defineOperation('iam', 'CreateOpenIDConnectProvider', {
  effect: 'write',
  targets: ({ Url }) => ({
    provider: newProviderTarget(Url),
  }),
  async handle(
    { store, clock },
    { Url, ClientIDList = [], ThumbprintList = [], Tags },
    { provider: { account, arn } },
  ) {
    const row: OidcProviderRow = {
      account,
      ...parseUrl(Url),
      clientIds: checkedClientIds(ClientIDList),
      thumbprints: ThumbprintList,
      creationDate: clock.now(),
      tags: checkedTags(Tags),
    };
    await store.transact(async (transaction) => {
      if (await transaction.get('oidcProviders', account, row.url)) {
        throw new KmsError('EntityAlreadyExists', `Provider with url ${Url} already exists.`);
      }
      checkQuota(
        'OpenIDConnectProviders',
        (await transaction.list('oidcProviders', [account])).length + 1,
      );
      await transaction.put('oidcProviders', row);
    });
    return { OpenIDConnectProviderArn: arn, ...someTags(row.tags) };
  },
});

export const GetOpenIDConnectProvider = defineOperation('iam', 'GetOpenIDConnectProvider', {
  effect: 'read',
  targets: ({ OpenIDConnectProviderArn }) => ({
    provider: providerTarget(OpenIDConnectProviderArn),
  }),
  async handle(_services, _input, { provider }) {
    const { url, clientIds, thumbprints, creationDate, tags } = rowOf(provider);
    return {
      Url: url,
      ClientIDList: clientIds,
      ThumbprintList: thumbprints,
      CreateDate: new Date(creationDate),
      ...someTags(tags),
    };
  },
});

export const ListOpenIDConnectProviders = defineOperation('iam', 'ListOpenIDConnectProviders', {
  effect: 'read',
  targets: () => ({ providers: collectionTarget('oidc-provider') }),
  async handle({ store }, _input, { providers: { account } }) {
    const rows = await store.read((reader) => reader.list('oidcProviders', [account]));
    return {
      OpenIDConnectProviderList: rows.map(({ url }) => ({ Arn: oidcProviderArn(account, url) })),
    };
  },
});

export const UpdateOpenIDConnectProviderThumbprint = defineOperation(
  'iam',
  'UpdateOpenIDConnectProviderThumbprint',
  {
    effect: 'write',
    targets: ({ OpenIDConnectProviderArn }) => ({
      provider: providerTarget(OpenIDConnectProviderArn),
    }),
    async handle({ store }, { ThumbprintList }, { provider }) {
      await amend(store, provider, (row) => ({ ...row, thumbprints: ThumbprintList }));
      return {};
    },
  },
);

export const AddClientIDToOpenIDConnectProvider = defineOperation(
  'iam',
  'AddClientIDToOpenIDConnectProvider',
  {
    effect: 'write',
    targets: ({ OpenIDConnectProviderArn }) => ({
      provider: providerTarget(OpenIDConnectProviderArn),
    }),
    async handle({ store }, { ClientID }, { provider }) {
      await amend(store, provider, (row) => ({
        ...row,
        clientIds: checkedClientIds([...row.clientIds, ClientID]),
      }));
      return {};
    },
  },
);

export const RemoveClientIDFromOpenIDConnectProvider = defineOperation(
  'iam',
  'RemoveClientIDFromOpenIDConnectProvider',
  {
    effect: 'write',
    targets: ({ OpenIDConnectProviderArn }) => ({
      provider: providerTarget(OpenIDConnectProviderArn),
    }),
    async handle({ store }, { ClientID }, { provider }) {
      await amend(store, provider, (row) => ({
        ...row,
        clientIds: row.clientIds.filter((id) => id !== ClientID),
      }));
      return {};
    },
  },
);

/** Idempotent, as in AWS. */
export const DeleteOpenIDConnectProvider = defineOperation('iam', 'DeleteOpenIDConnectProvider', {
  effect: 'write',
  targets: ({ OpenIDConnectProviderArn }) => ({
    provider: providerTarget(OpenIDConnectProviderArn),
  }),
  async handle({ store }, _input, { provider }) {
    if (provider.row === undefined) return {};
    await store.transact(async (transaction) => {
      const { account, url } = await current(transaction, provider);
      await transaction.delete('oidcProviders', account, url);
    });
    return {};
  },
});

export const TagOpenIDConnectProvider = defineOperation('iam', 'TagOpenIDConnectProvider', {
  effect: 'write',
  targets: ({ OpenIDConnectProviderArn }) => ({
    provider: providerTarget(OpenIDConnectProviderArn),
  }),
  async handle({ store }, { Tags }, { provider }) {
    await amend(store, provider, (row) => tagged(row, Tags));
    return {};
  },
});

export const UntagOpenIDConnectProvider = defineOperation('iam', 'UntagOpenIDConnectProvider', {
  effect: 'write',
  targets: ({ OpenIDConnectProviderArn }) => ({
    provider: providerTarget(OpenIDConnectProviderArn),
  }),
  async handle({ store }, { TagKeys }, { provider }) {
    await amend(store, provider, (row) => untagged(row, TagKeys));
    return {};
  },
});

export const ListOpenIDConnectProviderTags = defineOperation(
  'iam',
  'ListOpenIDConnectProviderTags',
  {
    effect: 'read',
    targets: ({ OpenIDConnectProviderArn }) => ({
      provider: providerTarget(OpenIDConnectProviderArn),
    }),
    handle: (_services, wanted, { provider }) => pageOfTags(wanted, rowOf(provider).tags),
  },
);

function checkedClientIds(ids: readonly string[]): string[] {
  const different = Array.from(new Set(ids));
  checkQuota('ClientIdsPerOpenIdConnectProvider', different.length);
  return different;
}
