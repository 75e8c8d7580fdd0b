import type { Clock, SecretText } from '../base/index.ts';
import type { Reader, Store, Transaction } from '../storage/index.ts';
import { openSecret, type Seal } from './access-key-secret.ts';
import { ADMINISTRATOR, newAdministrator } from './administrator.ts';

const FIRST_ACCESS_KEY = 'first-administrator';
const MANAGEMENT_ACCOUNT = 'management-account';

/** The access key that is written for clients on this machine. */
export interface Administrator {
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretText;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly seal: Seal;
}

/**
 * Returns the management account: created by the first start, it creates the other accounts and
 * limits them.
 */
export async function managementAccount(reader: Reader): Promise<string> {
  const setting = await reader.get('settings', MANAGEMENT_ACCOUNT);
  if (!setting) throw new Error('the store has no account yet');
  return setting.value;
}

/**
 * On the first start, creates the account, its IAM user `admin` with full access, and an access
 * key. Later starts return the same access key, whatever account is given, or undefined if it was
 * deleted or deactivated since: a start must not restore it.
 */
export async function bootstrap(parts: Parts, account: string): Promise<Administrator | undefined> {
  const accessKeyId = (await parts.store.read(firstAccessKey)) ?? (await makeFirst(parts, account));
  const row = await parts.store.read((reader) => reader.get('accessKeys', accessKeyId));
  if (!row?.active) return undefined;
  return { account: row.account, accessKeyId, secretAccessKey: await openSecret(parts.seal, row) };
}

async function firstAccessKey(reader: Reader): Promise<string | undefined> {
  return (await reader.get('settings', FIRST_ACCESS_KEY))?.value;
}

async function makeFirst(parts: Parts, account: string): Promise<string> {
  const { user, key } = await newAdministrator(parts, account);
  return parts.store.transact(async (transaction) => {
    // Another front end on the same store may have been first.
    const already = await firstAccessKey(transaction);
    if (already !== undefined) return already;
    await transaction.put('accounts', { account, creationDate: user.creationDate });
    await transaction.put('users', user);
    await transaction.put('accessKeys', key);
    await transaction.put('settings', { name: MANAGEMENT_ACCOUNT, value: account });
    await transaction.put('settings', { name: FIRST_ACCESS_KEY, value: key.accessKeyId });
    return key.accessKeyId;
  });
}

/**
 * Restores access to the management account: gives its user `admin` full access and a new access
 * key, and removes all of that user's other access keys, policies, boundary and groups. For
 * operators of the data folder who have lost their credentials, or whose credentials have leaked.
 */
export async function recover(parts: Parts): Promise<Administrator> {
  const account = await parts.store.read(managementAccount);
  const { user, key, secretAccessKey } = await newAdministrator(parts, account);
  await parts.store.transact(async (transaction) => {
    await forgetUser(transaction, account, ADMINISTRATOR);
    await transaction.put('users', user);
    await transaction.put('accessKeys', key);
    await transaction.put('settings', { name: FIRST_ACCESS_KEY, value: key.accessKeyId });
  });
  return { account, accessKeyId: key.accessKeyId, secretAccessKey };
}

/**
 * Removes a user's access keys and memberships. The recreated user has a new unique ID, so sessions
 * of the previous user end too.
 */
async function forgetUser(transaction: Transaction, account: string, name: string): Promise<void> {
  for (const { accessKeyId } of await transaction.find('accessKeys', 'byUser', [account, name])) {
    await transaction.delete('accessKeys', accessKeyId);
  }
  for (const { groupName } of await transaction.find('memberships', 'byUser', [account, name])) {
    await transaction.delete('memberships', account, groupName, name);
  }
}
