import { KmsError, type AccountRow } from '../../domain/index.ts';
import { managementAccount } from '../../identity/index.ts';
import type { IamResource, IamTarget } from '../operation.ts';

/** An account of the installation, whether or not it exists. */
export interface AccountResource extends IamResource {
  readonly row: AccountRow | undefined;
}

/**
 * Returns the target for an account, or for all accounts. They belong to the management account:
 * only its principals can be allowed to view or change them.
 */
export function accountTarget(id = '*'): IamTarget<AccountResource> {
  return {
    on: 'iam',
    async find(reader) {
      const account = await managementAccount(reader);
      return {
        account,
        arn: `arn:aws:keyhold::${account}:account/${id}`,
        row: await reader.get('accounts', id),
      };
    },
  };
}

export function accountOf({ row, arn }: AccountResource): AccountRow {
  if (!row)
    throw new KmsError('NotFoundException', `Account ${arn.replace(/^.*\//, '')} does not exist.`);
  return row;
}

export function describeAccount({ account, name, creationDate }: AccountRow, management: string) {
  return {
    AccountId: account,
    ...(name !== undefined && { AccountName: name }),
    Management: account === management,
    CreationDate: new Date(creationDate),
  };
}
