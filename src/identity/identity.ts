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

/** Changes of these may change what any caller of the account may do; it comes first in their keys. */
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
  /** The time by which tokens of identity providers are judged, if it isn't the same: they come from outside. */
  readonly outsideClock?: Clock;
}

/** Credentials that were just made: shown to their owner once. */
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
   * Whom an access key belongs to: at once if it is at hand. Undefined if there is no such key, it is not active, or a
   * session token came with it that is not its own. Throws ExpiredTokenException when a session is over.
   */
  lookup(
    accessKeyId: string,
    sessionToken?: string,
  ): Caller | undefined | Promise<Caller | undefined>;
  /** See `bootstrap.ts`. */
  bootstrap(wanted: { readonly account: string }): Promise<Administrator | undefined>;
  /** See `bootstrap.ts`. */
  recover(): Promise<Administrator>;
  /** A user with full access to a new account, and an access key. The rows are for the caller to store. */
  newAdministrator(account: string): Promise<NewAdministrator>;
  /** A new active access key for a user. The row is for the caller to store. */
  newAccessKey(user: {
    readonly account: string;
    readonly userName: string;
  }): Promise<IssuedAccessKey>;
  /** Temporary credentials; nothing is stored. `minimumTokenSize` in characters. */
  issueSession(session: Omit<Session, 'secret'>, minimumTokenSize?: number): Promise<IssuedSession>;
  /** See `web-identity.ts`. */
  readonly verifyWebIdentity: WebIdentities['verify'];
  /** See `principal-of.ts`. */
  readonly principals: PrincipalsByArn;
  /** Notes that an access key was used. */
  noteAccessKeyUse(accessKeyId: string, region: string, service: string): void;
  close(): Promise<void>;
}

export function openIdentity(options: IdentityOptions): Identity {
  const { store, clock, seal, log = silentLogger, outsideClock = clock } = options;
  const policiesOf = openPolicyLoader();
  const tokens = openSessionTokens(store, seal);
  const longTerm = new LongTermCallers({ store, seal, policiesOf });
  const sessions = new SessionCallers({ store, clock, tokens, policiesOf });
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
    principals: principalsByArn(policiesOf),
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
