import type { Clock, SecretText } from '../base/index.ts';
import type { AccessKeyRecord, UserRecord } from '../domain/index.ts';
import type { Reader, Store } from '../storage/index.ts';
import { openSecret, sealSecret, type Seal } from './access-key-secret.ts';
import { newAccessKey, uniqueId } from './unique-ids.ts';

const SETTING = 'first-administrator';

/** The access key that the first start makes. */
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
 * On the first start: the account, its IAM user `admin` with full access, and an access key. Later the same again, whatever
 * is wanted; undefined if somebody has deleted or deactivated that access key since, which must not bring it back.
 */
export async function bootstrap(parts: Parts, account: string): Promise<Administrator | undefined> {
  const accessKeyId = (await parts.store.read(firstAccessKeyId)) ?? (await makeFirst(parts, account));
  const row = await parts.store.read((reader) => reader.get('accessKeys', accessKeyId));
  if (!row?.active) return undefined;
  return { account: row.account, accessKeyId, secretAccessKey: await openSecret(parts.seal, row) };
}

async function firstAccessKeyId(reader: Reader): Promise<string | undefined> {
  return (await reader.get('settings', SETTING))?.value;
}

async function makeFirst({ store, clock, seal }: Parts, account: string): Promise<string> {
  const now = clock.now();
  const { accessKeyId, secretAccessKey } = newAccessKey('user');
  const user = administratorOf(account, now);
  const sealedSecret = await sealSecret(seal, accessKeyId, secretAccessKey);
  const key: AccessKeyRecord = { accessKeyId, account, userName: user.name, sealedSecret, active: true, creationDate: now };
  return store.transact(async (transaction) => {
    // Another front end on the same store may have been first.
    const already = await firstAccessKeyId(transaction);
    if (already !== undefined) return already;
    await transaction.put('accounts', { account, creationDate: now });
    await transaction.put('users', user);
    await transaction.put('accessKeys', key);
    await transaction.put('settings', { name: SETTING, value: accessKeyId });
    return accessKeyId;
  });
}

/** A user with full access to its account. */
export function administratorOf(account: string, creationDate: number): UserRecord {
  return {
    account,
    name: 'admin',
    path: '/',
    userId: uniqueId('user'),
    creationDate,
    tags: [],
    inlinePolicies: {},
    attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
  };
}
