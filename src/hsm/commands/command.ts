import type { NewAuditEntry, Opcode } from '../audit/index.ts';
import type { Hsm } from '../hsm.ts';
import type { Session } from '../users/index.ts';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  HsmLifecycle,
  OperationClass,
  Role,
} from '../wire/index.ts';
import type { GuardedAction } from './guarded-action.ts';
import type { Check } from './input.ts';

/** The sender of the commands on one connection. */
export interface HsmClient {
  /** Undefined before login and after the session has ended. */
  readonly session: Session | undefined;
  /** Address of the client, as far as one client controls it: see `sourceOf`. */
  readonly source: string;
  /** Bytes that the hardware key signs, to prove that this HSM is the other end. */
  readonly hardwareStatement: Uint8Array;
  /** Assigns a session to the connection. */
  startSession(session: Session): void;
  endSession(): void;
}

/** Synchronous where possible: for most commands, waiting would cost more than the work. */
type Answer<C extends CommandName> = CommandOutput<C> | Promise<CommandOutput<C>>;

/** A command that needs no login. */
export interface OpenCommand<C extends CommandName> {
  readonly by: 'anyone';
  readonly during: readonly HsmLifecycle[];
  readonly input: Check<CommandInput<C>>;
  readonly run: (hsm: Hsm, client: HsmClient, input: CommandInput<C>) => Answer<C>;
}

/** A command for users with one of the roles in `by`. */
export interface UserCommand<C extends CommandName> {
  readonly by: readonly Role[];
  readonly input: Check<CommandInput<C>>;
  /**
   * Opcode under which a rejection is recorded. Undefined for commands that are not management.
   * `run` records success, together with the change.
   */
  readonly opcode?: Opcode | ((input: CommandInput<C>) => Opcode);
  /** Returns the action that may need the approval of other users. Undefined if none does. */
  readonly quorum?: (
    hsm: Hsm,
    session: Session,
    input: CommandInput<C>,
  ) => GuardedAction | undefined;
  /**
   * Returns the keys that the command uses. That use is recorded only if the cluster's owner wants
   * it.
   */
  readonly uses?: (input: CommandInput<C>) => readonly string[];
  /** Class for the rate limit. Defaults to `other`. */
  readonly work?: OperationClass | ((input: CommandInput<C>) => OperationClass);
  readonly run: (hsm: Hsm, session: Session, input: CommandInput<C>) => Answer<C>;
}

export type Command<C extends CommandName> = OpenCommand<C> | UserCommand<C>;

/** A group of commands, by name. */
export type CommandsOf<Names extends CommandName> = { readonly [C in Names]: Command<C> };

/** `uses` of a command with one key. */
export function usesKey({ key }: { readonly key: string }): readonly string[] {
  return [key];
}

/** Returns the audit entry for an action of a session. */
export function entryOf(
  { id, username, role }: Session,
  opcode: Opcode,
  rest: Pick<NewAuditEntry, 'keyHandle' | 'detail' | 'response'> = {},
): NewAuditEntry {
  return { opcode, session: id, username, role, ...rest };
}

export const ADMIN: readonly Role[] = ['admin'];
export const CRYPTO_USER: readonly Role[] = ['crypto-user'];
export const ADMIN_OR_CRYPTO_USER: readonly Role[] = ['admin', 'crypto-user'];
export const ADMIN_OR_AUDITOR: readonly Role[] = ['admin', 'auditor'];
export const EVERY_ROLE: readonly Role[] = ['admin', 'crypto-user', 'auditor'];
