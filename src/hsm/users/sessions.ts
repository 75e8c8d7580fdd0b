import { hexId } from '../../base/index.ts';
import type { Role } from '../wire/index.ts';

/** A login. It ends with its connection, or when its user is deleted. */
export interface Session {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  /** Handles of the session keys, which end with the session. */
  readonly keys: Set<string>;
  /** Latest backup that the session exported. */
  exportedBackup?: Uint8Array;
}

/** Sessions at this HSM. */
export class Sessions {
  readonly #live = new Map<string, Set<Session>>();
  readonly #ended: (session: Session) => void;

  /** `ended` is called once for each session, when it has ended. */
  constructor(ended: (session: Session) => void) {
    this.#ended = ended;
  }

  begin(username: string, role: Role): Session {
    const session: Session = { id: hexId(16), username, role, keys: new Set() };
    const sessions = this.#live.get(username) ?? new Set();
    this.#live.set(username, sessions.add(session));
    return session;
  }

  isLive(session: Session): boolean {
    return this.#live.get(session.username)?.has(session) === true;
  }

  end(session: Session): void {
    const sessions = this.#live.get(session.username);
    if (!sessions?.delete(session)) return;
    if (sessions.size === 0) this.#live.delete(session.username);
    this.#ended(session);
  }

  endAllOf(username: string): void {
    for (const session of this.#live.get(username) ?? []) this.end(session);
  }

  count(username: string): number {
    return this.#live.get(username)?.size ?? 0;
  }
}
