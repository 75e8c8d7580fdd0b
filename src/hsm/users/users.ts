import type { Change, Replica, ReplicaRecord } from '../replication/index.ts';
import type { Role } from '../wire/index.ts';

/** First admin of every cluster, and the user that the HSMs themselves act as. */
export const ADMIN = 'admin';
export const APPLIANCE_USER = 'app_user';
/** CloudHSM's quota for hsm2m.medium. */
export const MAX_USERS = 1_024;

export interface User {
  /** Lower case. */
  readonly username: string;
  readonly role: Role;
  /** Result of `hashPassword`. Undefined for users who cannot log in. */
  readonly password: string | undefined;
  /** PEM of the public key that verifies the user's approvals. */
  readonly quorumKey?: string;
  /** True if an admin has disabled the user, who then can't log in or approve. */
  readonly disabled?: boolean;
}

const DISABLED = 'user-disabled/';
const LOGOUT = 'user-logout/';

/** Users of the cluster, as this HSM knows them. */
export class Users {
  readonly #users = new Map<string, User>();
  readonly #disabled = new Set<string>();
  readonly #loggedOut = new Set<string>();

  /** `revoked` is called when the sessions of a user must end. */
  constructor(replica: Replica, revoked: (username: string) => void) {
    replica.subscribe('user', ({ id, deleted, body }: ReplicaRecord) => {
      if (!deleted) this.#users.set(id, { username: id, ...(body as Omit<User, 'username'>) });
      else if (this.#users.delete(id)) revoked(id);
    });
    // Records of their own: a password that changes at the same moment elsewhere must not undo
    // them.
    replica.subscribe('setting', ({ id, deleted }: ReplicaRecord) => {
      for (const [prefix, usernames] of [
        [DISABLED, this.#disabled],
        [LOGOUT, this.#loggedOut],
      ] as const) {
        if (!id.startsWith(prefix)) continue;
        const username = id.slice(prefix.length);
        // If this HSM did not see what is undone, sessions that should have ended are still live.
        const missed = deleted && !usernames.has(username);
        if (deleted) usernames.delete(username);
        else usernames.add(username);
        if (!deleted || missed) revoked(username);
      }
    });
  }

  get size(): number {
    return this.#users.size;
  }

  find(username: string): User | undefined {
    const user = this.#users.get(username.toLowerCase());
    return user && this.#withState(user);
  }

  list(): User[] {
    return [...this.#users.values()]
      .map((user) => this.#withState(user))
      .toSorted((a, b) => (a.username < b.username ? -1 : 1));
  }

  /** Returns the changes that remove what is kept about a user besides the user itself. */
  forget(username: string): Change[] {
    return [
      ...(this.#disabled.has(username) ? [Users.enable(username)] : []),
      ...(this.#loggedOut.has(username)
        ? [{ kind: 'setting', id: LOGOUT + username } as const]
        : []),
    ];
  }

  /**
   * Returns the changes with which a new user begins. Sessions of an earlier user of the name end,
   * also at HSMs that have not heard of the deletion.
   */
  begin(username: string, isNameUsed: boolean): Change[] {
    if (!isNameUsed) return this.forget(username);
    const enabled = this.#disabled.has(username) ? [Users.enable(username)] : [];
    return [...enabled, Users.logOut(username)];
  }

  #withState(user: User): User {
    return this.#disabled.has(user.username) ? { ...user, disabled: true } : user;
  }

  /** Returns the change that creates or updates a user. */
  static put({ username, role, password, quorumKey }: User): Change {
    const body = {
      role,
      ...(password !== undefined && { password }),
      ...(quorumKey !== undefined && { quorumKey }),
    };
    return { kind: 'user', id: username, body };
  }

  static remove(username: string): Change {
    return { kind: 'user', id: username };
  }

  /**
   * Returns the change that ends the user's sessions on all HSMs and keeps the user from logging
   * in.
   */
  static disable(username: string): Change {
    return { kind: 'setting', id: DISABLED + username, body: true };
  }

  /** Returns whether the user is disabled according to these records. */
  static isDisabledIn(records: readonly ReplicaRecord[], username: string): boolean {
    const id = DISABLED + username;
    return records.findLast((one) => one.kind === 'setting' && one.id === id)?.deleted === false;
  }

  static enable(username: string): Change {
    return { kind: 'setting', id: DISABLED + username };
  }

  /** Returns the change that ends the user's present sessions on all HSMs. */
  static logOut(username: string): Change {
    return { kind: 'setting', id: LOGOUT + username, body: true };
  }
}

export function isUsername(value: unknown): value is string {
  return typeof value === 'string' && /^\w{1,31}$/.test(value);
}

export function isPassword(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 7 && value.length <= 32;
}
