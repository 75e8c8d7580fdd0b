import { BrokenSealError, InvalidKeyError } from '../../crypto/index.ts';
import { UnfitKeyError } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import type { Session } from '../users/index.ts';
import { HsmError, operationText, type CommandInput, type CommandName } from '../wire/index.ts';
import { approve } from './approve.ts';
import type { GuardedAction } from './guarded-action.ts';
import {
  entryOf,
  type Command,
  type HsmClient,
  type OpenCommand,
  type UserCommand,
} from './command.ts';
import { commandTable } from './table.ts';

// The table checks each entry against its own command. Here, all of them are run alike.
const commands: ReadonlyMap<string, Command<CommandName>> = new Map(
  Object.entries(commandTable as unknown as Record<string, Command<CommandName>>),
);

/** Executes one command. Throws `HsmError` if the command is rejected. Then nothing has changed. */
export function execute(hsm: Hsm, client: HsmClient, operation: string, input: unknown): unknown {
  const command = commands.get(operation);
  if (!command) throw new HsmError('malformed-request', 'unknown command');
  hsm.operationCounts.set(operation, (hsm.operationCounts.get(operation) ?? 0) + 1);
  if (command.by === 'anyone') return executeOpen(hsm, client, command, input);
  // Keys that the engine is still importing belong to the cluster already, so commands must find
  // them.
  const imported = hsm.keys.imported();
  return imported
    ? imported.then(() => executeAsUser(hsm, client, operation, command, input))
    : executeAsUser(hsm, client, operation, command, input);
}

function executeOpen(
  hsm: Hsm,
  client: HsmClient,
  command: OpenCommand<CommandName>,
  input: unknown,
): unknown {
  const taken = command.input(input);
  if (!isPublic(command)) assertNotRemoved(hsm);
  if (!command.during.includes(hsm.lifecycle))
    throw new HsmError('wrong-lifecycle', `the cluster is ${hsm.lifecycle}`);
  if (!hsm.synchronized && hsm.lifecycle === 'active' && !isPublic(command))
    throw new HsmError('busy', 'this HSM is still joining its cluster');
  return command.run(hsm, client, taken);
}

function assertNotRemoved({ removed, provisioning }: Hsm): void {
  if (removed)
    throw new HsmError('not-a-member', `${provisioning.hsmId} was removed from its cluster`);
}

/** Returns whether an HSM accepts the command although it does not have the cluster's users yet. */
function isPublic({ during }: OpenCommand<CommandName>): boolean {
  return during.includes('uninitialized');
}

function executeAsUser(
  hsm: Hsm,
  { session }: HsmClient,
  name: string,
  command: UserCommand<CommandName>,
  given: unknown,
): unknown {
  const input = command.input(given);
  assertNotRemoved(hsm);
  if (!session) throw new HsmError('not-logged-in', 'log in first');
  const { work = 'other' } = command;
  hsm.operationLimiter.count(typeof work === 'function' ? work(input) : work);
  const context: CommandContext = { hsm, session, name, command, input };
  try {
    if (!command.by.includes(session.role))
      throw new HsmError('not-permitted', `a ${session.role} may not use this command`);
    const output = runApproved(context);
    if (output instanceof Promise)
      return output.then(
        (out: unknown) => succeeded(context, out),
        (error: unknown) => refused(context, error),
      );
    return succeeded(context, output);
  } catch (error) {
    return refused(context, error);
  }
}

interface CommandContext {
  readonly hsm: Hsm;
  readonly session: Session;
  readonly name: string;
  readonly command: UserCommand<CommandName>;
  readonly input: CommandInput<CommandName>;
}

function runApproved({ hsm, session, name, command, input }: CommandContext): unknown {
  const guarded = guardedBy(hsm, session, command, input);
  const run = (): unknown => command.run(hsm, session, input);
  return guarded ? approve(hsm, session, guarded, operationText(name, input)).then(run) : run();
}

function succeeded(context: CommandContext, output: unknown): unknown {
  recordUse(context, 'success');
  return output;
}

function refused(context: CommandContext, error: unknown): never {
  const refusal = asHsmError(error);
  const { hsm, session, input } = context;
  const { opcode } = context.command;
  if (opcode)
    hsm.audit.note(
      entryOf(session, typeof opcode === 'function' ? opcode(input) : opcode, {
        response: refusal.code,
      }),
    );
  recordUse(context, refusal.code);
  throw refusal;
}

/**
 * Records the use of keys, if the cluster's owner wants it. The entry is written before the
 * response is sent.
 */
function recordUse({ hsm, session, name, command, input }: CommandContext, response: string): void {
  if (!hsm.auditPolicy.cryptography || !command.uses) return;
  for (const keyHandle of command.uses(input))
    hsm.audit.defer(entryOf(session, 'KH_USE_KEY', { keyHandle, detail: name, response }));
}

/** Returns the action that must be approved before the command runs. Undefined if none must. */
function guardedBy(
  hsm: Hsm,
  session: Session,
  command: UserCommand<CommandName>,
  input: CommandInput<CommandName>,
): GuardedAction | undefined {
  const guarded = command.quorum?.(hsm, session, input);
  return guarded && (guarded.required ?? hsm.quorum.value(guarded.service)) > 1
    ? guarded
    : undefined;
}

function asHsmError(error: unknown): HsmError {
  if (error instanceof HsmError) return error;
  if (error instanceof BrokenSealError)
    return new HsmError('ciphertext-invalid', 'the ciphertext is not valid');
  if (error instanceof InvalidKeyError) return new HsmError('key-invalid', error.message);
  if (error instanceof UnfitKeyError) return new HsmError('invalid-argument', error.message);
  throw error;
}
