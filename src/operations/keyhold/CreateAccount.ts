import { decimalId } from '../../base/index.ts';
import { KmsError, type AccountRow } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { accountTarget, describeAccount } from './account-target.ts';

export const CreateAccount = defineOperation('keyhold', 'CreateAccount', {
  effect: 'write',
  targets: ({ AccountId }) => ({ account: accountTarget(AccountId) }),
  async handle(
    { store, clock, identity },
    { AccountId = decimalId(12), AccountName },
    { account: { account: management } },
  ) {
    const row: AccountRow = {
      account: AccountId,
      creationDate: clock.now(),
      ...(AccountName !== undefined && { name: AccountName }),
    };
    const { user, key, secretAccessKey } = await identity.newAdministrator(AccountId);
    await store.transact(async (transaction) => {
      if (await transaction.get('accounts', AccountId)) {
        throw new KmsError('AlreadyExistsException', `Account ${AccountId} already exists.`);
      }
      await transaction.put('accounts', row);
      await transaction.put('users', user);
      await transaction.put('accessKeys', key);
    });
    return {
      Account: describeAccount(row, management),
      UserName: user.name,
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: secretAccessKey.reveal(),
    };
  },
});
