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
}

/** Users of the cluster, as this HSM knows them. */
export class Users {
  readonly #users = new Map<string, User>();

  constructor(replica: Replica, removed: (username: string) => void) {
    replica.subscribe('user', ({ id, deleted, body }: ReplicaRecord) => {
      if (!deleted) this.#users.set(id, { username: id, ...(body as Omit<User, 'username'>) });
      else if (this.#users.delete(id)) removed(id);
    });
  }

  get size(): number {
    return this.#users.size;
  }

  find(username: string): User | undefined {
    return this.#users.get(username.toLowerCase());
  }

  list(): User[] {
    return [...this.#users.values()].toSorted((a, b) => (a.username < b.username ? -1 : 1));
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
}

export function isUsername(value: unknown): value is string {
  return typeof value === 'string' && /^\w{1,31}$/.test(value);
}

export function isPassword(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 7 && value.length <= 32;
}
