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

/** Whoever sends commands on one connection. */
export interface HsmClient {
  /** Undefined before login, and after the user's session has ended for whatever reason. */
  readonly session: Session | undefined;
  /** Gives the connection its session. */
  startSession(session: Session): void;
  endSession(): void;
}

/** Synchronous where it can be: for most commands waiting would cost more than the work. */
type Answer<C extends CommandName> = CommandOutput<C> | Promise<CommandOutput<C>>;

/** A command that needs no login. */
export interface OpenCommand<C extends CommandName> {
  readonly by: 'anyone';
  readonly during: readonly HsmLifecycle[];
  readonly input: Check<CommandInput<C>>;
  readonly run: (hsm: Hsm, client: HsmClient, input: CommandInput<C>) => Answer<C>;
}

/** A command for those who are logged in with one of the roles. */
export interface UserCommand<C extends CommandName> {
  readonly by: readonly Role[];
  readonly input: Check<CommandInput<C>>;
  /** Under what name a refusal is recorded; left out for what is not management. Success is recorded by `run`, with the change. */
  readonly opcode?: Opcode | ((input: CommandInput<C>) => Opcode);
  /** What of it others may have to approve; undefined if nothing. */
  readonly quorum?: (
    hsm: Hsm,
    session: Session,
    input: CommandInput<C>,
  ) => GuardedAction | undefined;
  /** The keys it uses, where that is recorded only if the cluster's owner wants it. */
  readonly uses?: (input: CommandInput<C>) => readonly string[];
  /** What it costs; `other` if left out. */
  readonly work?: OperationClass | ((input: CommandInput<C>) => OperationClass);
  readonly run: (hsm: Hsm, session: Session, input: CommandInput<C>) => Answer<C>;
}

export type Command<C extends CommandName> = OpenCommand<C> | UserCommand<C>;

/** Some of the commands, by name. */
export type CommandsOf<Names extends CommandName> = { readonly [C in Names]: Command<C> };

/** Of a command that uses the one key that it names. */
export function usesKey({ key }: { readonly key: string }): readonly string[] {
  return [key];
}

/** The audit entry for what a session did. */
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
