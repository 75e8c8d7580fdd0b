import type { Clock, SecretText } from '../base/index.ts';
import type { AccessKeyRow, UserRow } from '../domain/index.ts';
import { sealSecret, type Seal } from './access-key-secret.ts';
import { newAccessKey, uniqueId } from './unique-ids.ts';

/** Rows of a user with full access to its account, and of its access key. Nothing is stored yet. */
export interface NewAdministrator {
  readonly user: UserRow;
  readonly key: AccessKeyRow;
  readonly secretAccessKey: SecretText;
}

export const ADMINISTRATOR = 'admin';

export async function newAdministrator(
  { clock, seal }: { readonly clock: Clock; readonly seal: Seal },
  account: string,
): Promise<NewAdministrator> {
  const creationDate = clock.now();
  const { accessKeyId, secretAccessKey } = newAccessKey('user', account);
  const sealedSecret = await sealSecret(seal, accessKeyId, secretAccessKey);
  const user: UserRow = {
    account,
    name: ADMINISTRATOR,
    path: '/',
    userId: uniqueId('user'),
    creationDate,
    tags: [],
    inlinePolicies: {},
    attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
  };
  return {
    user,
    key: { accessKeyId, account, userName: user.name, sealedSecret, active: true, creationDate },
    secretAccessKey,
  };
}
