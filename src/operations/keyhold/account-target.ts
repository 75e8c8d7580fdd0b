import { KmsError, type AccountRow } from '../../domain/index.ts';
import { managementAccount } from '../../identity/index.ts';
import type { IamResource, IamTarget } from '../operation.ts';
import type { RowRef } from '../row-ref.ts';

/** An account of the installation, whether or not it exists. */
export interface AccountResource extends IamResource, RowRef<'accounts'> {}

/**
 * Returns the target for an account, or for all accounts. They belong to the management account:
 * only its principals can be allowed to view or change them.
 */
export function accountTarget(id = '*'): IamTarget<AccountResource> {
  return {
    on: 'iam',
    async find(reader) {
      const account = await managementAccount(reader);
      const ref: RowRef<'accounts'> = {
        table: 'accounts',
        key: [id],
        row: await reader.get('accounts', id),
        missing: () => new KmsError('NotFoundException', `Account ${id} does not exist.`),
      };
      // A missing account may be one that the call creates.
      return {
        ...ref,
        account,
        arn: `arn:aws:keyhold::${account}:account/${id}`,
        rows: ref.row ? [ref] : [],
      };
    },
  };
}

export function describeAccount({ account, name, creationDate }: AccountRow, management: string) {
  return {
    AccountId: account,
    ...(name !== undefined && { AccountName: name }),
    Management: account === management,
    CreationDate: new Date(creationDate),
  };
}
