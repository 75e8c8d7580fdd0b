import { silentLogger, type Clock, type Logger, type SecretText } from '../base/index.ts';
import type { AccessKeyRow } from '../domain/index.ts';
import type { Change, Store, TableName } from '../storage/index.ts';
import { sealSecret, type Seal } from './access-key-secret.ts';
import { AccessKeyUses } from './access-key-uses.ts';
import { newAdministrator, type NewAdministrator } from './administrator.ts';
import { bootstrap, recover, type Administrator } from './bootstrap.ts';
import type { Caller } from './caller.ts';
import { LongTermCallers } from './long-term-callers.ts';
import { openPolicyLoader } from './policy-loader.ts';
import { principalsByArn, type PrincipalsByArn } from './principals-by-arn.ts';
import { SessionCallers } from './session-callers.ts';
import { openSessionTokens, type Session } from './session-token.ts';
import { newAccessKey } from './unique-ids.ts';
import { openWebIdentities, type WebIdentities } from './web-identity.ts';

/**
 * Tables whose changes may affect the permissions of every caller of an account. Their keys begin
 * with the account.
 */
const PRINCIPAL_TABLES: ReadonlySet<TableName> = new Set([
  'accounts',
  'users',
  'groups',
  'memberships',
  'roles',
  'managedPolicies',
]);

export interface IdentityOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly seal: Seal;
  readonly log?: Logger;
  /**
   * Clock for the expiry of tokens of identity providers, which is set outside Keyhold. Defaults to
   * `clock`.
   */
  readonly outsideClock?: Clock;
}

/** Newly created credentials. Their owner sees them once. */
export interface IssuedAccessKey {
  readonly row: AccessKeyRow;
  readonly secretAccessKey: SecretText;
}
export interface IssuedSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretText;
  readonly sessionToken: string;
}

export interface Identity {
  /**
   * Returns the owner of an access key, at once if it is cached. Returns undefined if the access
   * key does not exist or is inactive, or if the session token is not its own.
   * @throws KmsError ExpiredTokenException if the session has expired
   */
  lookup(
    accessKeyId: string,
    sessionToken?: string,
  ): Caller | undefined | Promise<Caller | undefined>;
  /** See `bootstrap.ts`. */
  bootstrap(wanted: { readonly account: string }): Promise<Administrator | undefined>;
  /** See `bootstrap.ts`. */
  recover(): Promise<Administrator>;
  /**
   * Creates a user with full access to a new account, and an access key. The caller stores the
   * rows.
   */
  newAdministrator(account: string): Promise<NewAdministrator>;
  /** Creates an active access key for a user. The caller stores the row. */
  newAccessKey(user: {
    readonly account: string;
    readonly userName: string;
  }): Promise<IssuedAccessKey>;
  /** Issues temporary credentials. Nothing is stored. `minimumTokenSize` is in characters. */
  issueSession(session: Omit<Session, 'secret'>, minimumTokenSize?: number): Promise<IssuedSession>;
  /** See `web-identity.ts`. */
  readonly verifyWebIdentity: WebIdentities['verify'];
  /** See `principals-by-arn.ts`. */
  readonly principals: PrincipalsByArn;
  /** Records a use of an access key. */
  noteAccessKeyUse(accessKeyId: string, region: string, service: string): void;
  close(): Promise<void>;
}

export function openIdentity(options: IdentityOptions): Identity {
  const { store, clock, seal, log = silentLogger, outsideClock = clock } = options;
  const policyLoader = openPolicyLoader();
  const tokens = openSessionTokens(store, seal);
  const longTerm = new LongTermCallers({ store, seal, policyLoader });
  const sessions = new SessionCallers({ store, clock, tokens, policyLoader });
  const uses = new AccessKeyUses({ store, clock, log });

  const unsubscribe = store.subscribe((changes) => follow(changes, longTerm, sessions));
  return {
    lookup: (accessKeyId, token) =>
      token === undefined ? longTerm.lookup(accessKeyId) : sessions.lookup(accessKeyId, token),
    bootstrap: ({ account }) => bootstrap({ store, clock, seal }, account),
    recover: () => recover({ store, clock, seal }),
    newAdministrator: (account) => newAdministrator({ clock, seal }, account),
    async newAccessKey({ account, userName }) {
      const { accessKeyId, secretAccessKey } = newAccessKey('user', account);
      const sealedSecret = await sealSecret(seal, accessKeyId, secretAccessKey);
      return {
        row: {
          accessKeyId,
          account,
          userName,
          sealedSecret,
          active: true,
          creationDate: clock.now(),
        },
        secretAccessKey,
      };
    },
    async issueSession(session, minimumTokenSize) {
      const { accessKeyId, secretAccessKey } = newAccessKey('session', session.account);
      const whole = { ...session, secret: secretAccessKey.reveal() };
      return {
        accessKeyId,
        secretAccessKey,
        sessionToken: await tokens.write(accessKeyId, whole, minimumTokenSize),
      };
    },
    verifyWebIdentity: openWebIdentities({ clock: outsideClock }).verify,
    principals: principalsByArn(policyLoader),
    noteAccessKeyUse: (accessKeyId, region, service) => uses.note(accessKeyId, region, service),
    async close() {
      unsubscribe();
      await uses.close();
    },
  };
}

function follow(
  changes: readonly Change[],
  longTerm: LongTermCallers,
  sessions: SessionCallers,
): void {
  for (const { table, key } of changes) {
    const [first = ''] = key;
    if (table === 'accessKeys') longTerm.forget(first);
    if (!PRINCIPAL_TABLES.has(table)) continue;
    longTerm.forgetAccount(first);
    sessions.forgetAccount(first);
  }
}
