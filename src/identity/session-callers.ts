import { SecretText, type Clock } from '../base/index.ts';
import { equalBytes } from '../crypto/index.ts';
import { KmsError } from '../domain/index.ts';
import type { Reader, Store } from '../storage/index.ts';
import { rolePrincipal, userPrincipal, type Caller } from './caller.ts';
import { DerivedCache } from '../storage/index.ts';
import type { PoliciesOf } from './policies-of.ts';
import type { Session, SessionTokens } from './session-token.ts';

/** How many sessions are kept at hand; each holds its token, of a few kilobytes at most. */
const CAPACITY = 4_096;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly tokens: SessionTokens;
  readonly policiesOf: PoliciesOf;
}

interface KnownSession {
  readonly token: Buffer;
  readonly expiresAt: number;
  readonly caller: Caller;
}

/** The sessions behind temporary credentials, as long as they last and their role or user is there. */
export class SessionCallers {
  readonly #parts: Parts;
  readonly #sessions = new DerivedCache<KnownSession>({
    capacity: CAPACITY,
    accountOf: ({ caller }) => caller.principal.account,
  });

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws KmsError ExpiredTokenException */
  lookup(accessKeyId: string, token: string): Caller | undefined | Promise<Caller | undefined> {
    const known = this.#sessions.get(accessKeyId);
    if (known && equalBytes(known.token, Buffer.from(token))) return this.#unexpired(known);
    return this.#load(accessKeyId, token);
  }

  forgetAccount(account: string): void {
    this.#sessions.forgetAccount(account);
  }

  async #load(accessKeyId: string, token: string): Promise<Caller | undefined> {
    const loaded = await this.#sessions.load(accessKeyId, async () => {
      const session = await this.#parts.tokens.read(accessKeyId, token);
      const caller = session && (await this.#callerOf(accessKeyId, session));
      return (
        session && caller && { token: Buffer.from(token), expiresAt: session.expiresAt, caller }
      );
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
    const { store, policiesOf } = this.#parts;
    return store.read(async (reader) => {
      const secretAccessKey = new SecretText(session.secret);
      if (session.kind === 'user') {
        const user = await userOf(reader, session);
        if (!user) return undefined;
        return {
          secretAccessKey,
          principal: userPrincipal(user, accessKeyId, session),
          policies: await policiesOf.user(reader, user),
        };
      }
      const role = await roleOf(reader, session);
      if (!role) return undefined;
      const policies = await policiesOf.role(reader, role, session.policies);
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
