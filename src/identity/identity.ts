import { BoundedCache, type Clock, type SecretText } from '../base/index.ts';
import { userArn, type AccessKeyRecord, type UserRecord } from '../domain/index.ts';
import type { Change, Store, TableName } from '../storage/index.ts';
import { openSecret, type Seal } from './access-key-secret.ts';
import { bootstrap, type Administrator } from './bootstrap.ts';
import type { Caller } from './caller.ts';
import { openPolicies } from './policies-of.ts';

/** How many access keys are kept at hand. */
const CAPACITY = 10_000;

/** Changes of these may change what any caller may do. */
const PRINCIPAL_TABLES: ReadonlySet<TableName> = new Set(['users']);

export interface IdentityOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly seal: Seal;
}

export interface Identity {
  /**
   * Whom an access key belongs to: at once if it is at hand. Undefined if there is no such key, it is not active, or a
   * session token came with it that is not its own.
   */
  lookup(accessKeyId: string, sessionToken?: string): Caller | undefined | Promise<Caller | undefined>;
  /** See `bootstrap.ts`. */
  bootstrap(wanted: { readonly account: string }): Promise<Administrator | undefined>;
  close(): void;
}

interface KnownSecret {
  readonly sealed: string;
  readonly secret: SecretText;
}

export function openIdentity(options: IdentityOptions): Identity {
  const { store, seal } = options;
  const policiesOf = openPolicies();
  const callers = new BoundedCache<string, Caller>(CAPACITY);
  // Apart from the callers, so that a change of one user doesn't have every secret decrypted again.
  const secrets = new BoundedCache<string, KnownSecret>(CAPACITY);
  let changes = 0;

  function follow(all: readonly Change[]): void {
    for (const { table, key } of all) {
      if (table === 'accessKeys') callers.delete(key[0] ?? '');
      else if (PRINCIPAL_TABLES.has(table)) callers.clear();
      else continue;
      changes += 1;
    }
  }

  async function secretOf(key: AccessKeyRecord): Promise<SecretText> {
    const known = secrets.get(key.accessKeyId);
    if (known?.sealed === key.sealedSecret) return known.secret;
    const secret = await openSecret(seal, key);
    secrets.set(key.accessKeyId, { sealed: key.sealedSecret, secret });
    return secret;
  }

  /** A read that a change overtakes must not put the old rows into the cache: hence the count of changes. */
  async function load(accessKeyId: string): Promise<Caller | undefined> {
    const before = changes;
    const { key, user } = await rowsOf(store, accessKeyId);
    if (!key?.active || !user) return undefined;
    const caller = {
      secretAccessKey: await secretOf(key),
      principal: principalOf(user, accessKeyId),
      policies: { identity: policiesOf(user) },
    };
    if (changes === before) callers.set(accessKeyId, caller);
    return caller;
  }

  const unsubscribe = store.subscribe(follow);
  return {
    // Only sessions have tokens, and there are none yet.
    lookup: (accessKeyId, sessionToken) => (sessionToken === undefined ? (callers.get(accessKeyId) ?? load(accessKeyId)) : undefined),
    bootstrap: ({ account }) => bootstrap(options, account),
    close: unsubscribe,
  };
}

async function rowsOf(store: Store, accessKeyId: string): Promise<{ readonly key?: AccessKeyRecord; readonly user?: UserRecord }> {
  return store.read(async (reader) => {
    const key = await reader.get('accessKeys', accessKeyId);
    const user = key && (await reader.get('users', key.account, key.userName));
    return { ...(key && { key }), ...(user && { user }) };
  });
}

function principalOf({ account, name, userId }: UserRecord, accessKeyId: string): Caller['principal'] {
  return { account, arn: userArn(account, name), userId, accessKeyId, userName: name };
}
