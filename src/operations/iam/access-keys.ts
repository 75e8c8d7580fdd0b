import { KmsError, type AccessKeyRow } from '../../domain/index.ts';
import type { Reader, Transaction } from '../../storage/index.ts';
import { defineOperation, type IamTarget } from '../operation.ts';
import { current, rowOf } from '../row-ref.ts';
import { entityTarget, noSuchEntity, ofUser, type IamEntity } from './entities.ts';
import { pageOf } from './page.ts';
import { checkQuota } from './quotas.ts';

export const CreateAccessKey = defineOperation('iam', 'CreateAccessKey', {
  effect: 'write',
  targets: ofUser,
  async handle({ store, identity }, _input, { user }) {
    const { account, name } = rowOf(user);
    const { row, secretAccessKey } = await identity.newAccessKey({ account, userName: name });
    await store.transact(async (transaction) => {
      await current(transaction, user);
      // IDs are random and could collide.
      if (await transaction.get('accessKeys', row.accessKeyId))
        throw new KmsError('ServiceUnavailableException', 'Try again.');
      const others = await transaction.find('accessKeys', 'byUser', [account, name]);
      checkQuota('AccessKeysPerUser', others.length + 1);
      await transaction.put('accessKeys', row);
    });
    return { AccessKey: { ...describeAccessKey(row), SecretAccessKey: secretAccessKey.reveal() } };
  },
});

export const ListAccessKeys = defineOperation('iam', 'ListAccessKeys', {
  effect: 'read',
  targets: ofUser,
  async handle({ store }, wanted, { user }) {
    const { account, name } = rowOf(user);
    const { rows, more } = await pageOf(wanted, {
      fetch: (page) =>
        store.read((reader) => reader.find('accessKeys', 'byUser', [account, name], page)),
      keyOf: ({ accessKeyId }) => [accessKeyId],
    });
    return { AccessKeyMetadata: rows.map(describeAccessKey), ...more };
  },
});

export const UpdateAccessKey = defineOperation('iam', 'UpdateAccessKey', {
  effect: 'write',
  targets: ofUser,
  async handle({ store }, { AccessKeyId, Status }, { user }) {
    await store.transact(async (transaction) => {
      const row = await accessKeyOf(transaction, user, AccessKeyId);
      await transaction.put('accessKeys', { ...row, active: Status === 'Active' });
    });
    return {};
  },
});

export const DeleteAccessKey = defineOperation('iam', 'DeleteAccessKey', {
  effect: 'write',
  targets: ofUser,
  async handle({ store }, { AccessKeyId }, { user }) {
    await store.transact(async (transaction) => {
      await accessKeyOf(transaction, user, AccessKeyId);
      await transaction.delete('accessKeys', AccessKeyId);
      await transaction.delete('accessKeyUses', AccessKeyId);
    });
    return {};
  },
});

export const GetAccessKeyLastUsed = defineOperation('iam', 'GetAccessKeyLastUsed', {
  effect: 'read',
  targets: ({ AccessKeyId }) => ({ user: ownerOf(AccessKeyId) }),
  async handle({ store }, { AccessKeyId }, { user }) {
    const use = await store.read((reader) => reader.get('accessKeyUses', AccessKeyId));
    return {
      UserName: user.name,
      AccessKeyLastUsed: use
        ? { LastUsedDate: new Date(use.time), ServiceName: use.service, Region: use.region }
        : { ServiceName: 'N/A', Region: 'N/A' },
    };
  },
});

/**
 * Returns the target for the owner of an access key. An access key of another account counts as
 * missing.
 */
function ownerOf(accessKeyId: string): IamTarget<IamEntity<'users'>> {
  return {
    on: 'iam',
    async find(reader, caller) {
      const key = await reader.get('accessKeys', accessKeyId);
      if (key?.account !== caller.account) throw noAccessKey(accessKeyId);
      return entityTarget('users', key.userName).find(reader, caller);
    },
  };
}

async function accessKeyOf(
  transaction: Transaction | Reader,
  user: IamEntity<'users'>,
  id: string,
): Promise<AccessKeyRow> {
  const { account, name } = rowOf(user);
  const row = await transaction.get('accessKeys', id);
  if (row?.account !== account || row.userName !== name) throw noAccessKey(id);
  return row;
}

function noAccessKey(id: string) {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}

function describeAccessKey({ accessKeyId, userName, active, creationDate }: AccessKeyRow) {
  const Status = active ? 'Active' : 'Inactive';
  return {
    UserName: userName,
    AccessKeyId: accessKeyId,
    Status,
    CreateDate: new Date(creationDate),
  } as const;
}
