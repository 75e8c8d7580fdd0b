import { SecretText, type Clock } from '../base/index.ts';
import { sha256 } from '../crypto/index.ts';
import { KmsError } from '../domain/index.ts';
import { DerivedCache, type Reader, type Store } from '../storage/index.ts';
import { rolePrincipal, userPrincipal, type Caller } from './caller.ts';
import type { PolicyLoader } from './policy-loader.ts';
import type { Session, SessionTokens } from './session-token.ts';

/** Maximum number of cached sessions. */
const MAX_CACHED_SESSIONS = 4_096;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly tokens: SessionTokens;
  readonly policyLoader: PolicyLoader;
}

interface KnownSession {
  readonly expiresAt: number;
  readonly caller: Caller;
}

/**
 * The callers behind temporary credentials, until these expire or their role or user is deleted.
 */
export class SessionCallers {
  readonly #parts: Parts;
  readonly #sessions = new DerivedCache<KnownSession>({
    capacity: MAX_CACHED_SESSIONS,
    groupOf: ({ caller }) => caller.principal.account,
  });

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Returns the caller of a session. @throws KmsError ExpiredTokenException */
  lookup(accessKeyId: string, token: string): Caller | undefined | Promise<Caller | undefined> {
    // The token is part of the name, so that requests with a wrong token don't share the load of
    // those with the right one. Its digest is shorter, and comparing digests leaks nothing. It is
    // decoded first because base64 can encode the same bytes in several ways: each session must
    // have only one place in the cache.
    const digest = sha256(Buffer.from(token, 'base64')).toString('base64');
    const name = `${accessKeyId} ${digest}`;
    const known = this.#sessions.get(name);
    return known ? this.#unexpired(known) : this.#load(name, accessKeyId, token);
  }

  forgetAccount(account: string): void {
    this.#sessions.forgetGroup(account);
  }

  async #load(name: string, accessKeyId: string, token: string): Promise<Caller | undefined> {
    const loaded = await this.#sessions.load(name, async () => {
      const session = await this.#parts.tokens.read(accessKeyId, token);
      const caller = session && (await this.#callerOf(accessKeyId, session));
      return session && caller && { expiresAt: session.expiresAt, caller };
    });
    return loaded && this.#unexpired(loaded);
  }

  #unexpired({ expiresAt, caller }: KnownSession): Caller {
    if (this.#parts.clock.now() < expiresAt) return caller;
    throw new KmsError(
      'ExpiredTokenException',
      'The security token included in the request is expired',
    );
  }

  #callerOf(accessKeyId: string, session: Session): Promise<Caller | undefined> {
    const { store, policyLoader } = this.#parts;
    return store.read(async (reader) => {
      const secretAccessKey = new SecretText(session.secret);
      if (session.kind === 'user') {
        const user = await userOf(reader, session);
        if (!user) return undefined;
        return {
          secretAccessKey,
          principal: userPrincipal(user, accessKeyId, session),
          policies: await policyLoader.user(reader, user),
        };
      }
      const role = await roleOf(reader, session);
      if (!role) return undefined;
      const policies = await policyLoader.role(reader, role, session.policies);
      return { secretAccessKey, principal: rolePrincipal(role, accessKeyId, session), policies };
    });
  }
}

async function userOf(reader: Reader, { account, name, uniqueId }: Session) {
  const user = await reader.get('users', account, name);
  return user?.userId === uniqueId ? user : undefined;
}

async function roleOf(reader: Reader, { account, name, uniqueId }: Session) {
  const role = await reader.get('roles', account, name);
  return role?.roleId === uniqueId ? role : undefined;
}
