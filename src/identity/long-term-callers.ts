import { BoundedCache, type SecretText } from '../base/index.ts';
import type { AccessKeyRow, UserRow } from '../domain/index.ts';
import { DerivedCache, type Reader, type Store } from '../storage/index.ts';
import { openSecret, type Seal } from './access-key-secret.ts';
import { userPrincipal, type Caller } from './caller.ts';
import type { PolicyLoader } from './policy-loader.ts';

/** Maximum number of cached access keys. */
const MAX_CACHED_KEYS = 10_000;

interface Parts {
  readonly store: Store;
  readonly seal: Seal;
  readonly policyLoader: PolicyLoader;
}

interface KnownSecret {
  readonly sealed: string;
  readonly secret: SecretText;
}

/** Looks up the users who own access keys that do not expire. */
export class LongTermCallers {
  readonly #parts: Parts;
  readonly #callers = new DerivedCache<Caller>({
    capacity: MAX_CACHED_KEYS,
    groupOf: ({ principal }) => principal.account,
  });
  /**
   * Decrypted secrets. Cached separately, so that a change of a user does not decrypt every secret
   * again.
   */
  readonly #secrets = new BoundedCache<string, KnownSecret>(MAX_CACHED_KEYS);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  lookup(accessKeyId: string): Caller | undefined | Promise<Caller | undefined> {
    return (
      this.#callers.get(accessKeyId) ??
      this.#callers.load(accessKeyId, () => this.#derive(accessKeyId))
    );
  }

  forget(accessKeyId: string): void {
    this.#callers.forget(accessKeyId);
  }

  forgetAccount(account: string): void {
    this.#callers.forgetGroup(account);
  }

  async #derive(accessKeyId: string): Promise<Caller | undefined> {
    const { store, policyLoader } = this.#parts;
    return store.read(async (reader) => {
      const key = await reader.get('accessKeys', accessKeyId);
      const user = key && (await userOf(reader, key));
      if (!key?.active || !user) return undefined;
      return {
        secretAccessKey: await this.#secretOf(key),
        principal: userPrincipal(user, accessKeyId),
        policies: await policyLoader.user(reader, user),
      };
    });
  }

  async #secretOf(key: AccessKeyRow): Promise<SecretText> {
    const known = this.#secrets.get(key.accessKeyId);
    if (known?.sealed === key.sealedSecret) return known.secret;
    const secret = await openSecret(this.#parts.seal, key);
    this.#secrets.set(key.accessKeyId, { sealed: key.sealedSecret, secret });
    return secret;
  }
}

function userOf(reader: Reader, { account, userName }: AccessKeyRow): Promise<UserRow | undefined> {
  return reader.get('users', account, userName);
}
