import { hexId } from '../../base/index.ts';
import type { Role } from '../wire/index.ts';

/** A login; lives as long as its connection. */
export interface Session {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  /** Handles of the session keys that end with it. */
  readonly keys: Set<string>;
}

/** Who is logged in at this HSM. */
export class Sessions {
  readonly #counts = new Map<string, number>();

  begin(username: string, role: Role): Session {
    this.#counts.set(username, this.count(username) + 1);
    return { id: hexId(16), username, role, keys: new Set() };
  }

  end({ username }: Session): void {
    const left = this.count(username) - 1;
    if (left > 0) this.#counts.set(username, left);
    else this.#counts.delete(username);
  }

  count(username: string): number {
    return this.#counts.get(username) ?? 0;
  }
}
