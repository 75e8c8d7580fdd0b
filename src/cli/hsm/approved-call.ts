import type { Command } from 'commander';
import { sha256 } from '../../crypto/index.ts';
import type { HsmConnection } from '../../hsm/client/index.ts';
import {
  operationText,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type QuorumService,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { APPROVAL, approvalFrom, writeTokenFile } from './approval-file.ts';

/** Options of the commands that may require approvals. */
export interface ApprovalOptions {
  readonly approval?: string;
  readonly requestApproval?: string;
}

/** A command of the HSM that may require the approvals of a service. */
interface ApprovedCall<C extends CommandName> {
  readonly service: QuorumService;
  readonly command: C;
  readonly input: CommandInput<C>;
  /** Key that the command deletes, for `key-deletion`. */
  readonly keyHandle?: string;
}

/** Adds the options of a command that may require approvals. */
export function withApprovalOptions(command: Command): Command {
  return command
    .option(...APPROVAL)
    .option(
      '--request-approval <file>',
      'run nothing; write a token for exactly this command, for approvers to sign',
    );
}

/** Printed when a token was written instead of running the command. */
interface Requested {
  readonly path: string;
  readonly operation: string;
  readonly 'expires-at': string;
}

/**
 * Sends a command with the approvals of `--approval`, and returns the answer to print. With
 * `--request-approval`, only writes a token for this command with these arguments.
 */
export async function callApproved<C extends CommandName, R>(
  connection: HsmConnection,
  { service, command, input, keyHandle }: ApprovedCall<C>,
  { approval, requestApproval }: ApprovalOptions,
  answer: (output: CommandOutput<C>) => R | Promise<R>,
): Promise<R | Requested> {
  if (requestApproval === undefined)
    return answer(await connection.call(command, { ...input, ...approvalFrom(approval) }));
  if (approval !== undefined)
    throw new CliError('--request-approval gets a token, --approval uses one: pass one of them');
  const operation = operationText(command, input);
  const token = await connection.call('generateQuorumToken', {
    service,
    operation: sha256(Buffer.from(operation)),
    ...(keyHandle !== undefined && { keyHandle }),
  });
  writeTokenFile(requestApproval, service, token, operation);
  const expiresAt = new Date(token.expiresAt).toISOString();
  return { path: requestApproval, operation, 'expires-at': expiresAt };
}
