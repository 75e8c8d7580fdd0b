import { InvalidArgumentError, Option, type Command } from 'commander';
import { quorumServices, type QuorumService } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';

/** Lifetime of an HSM's tokens. */
const TOKEN_LIFETIME_SECONDS = 600;

interface SetOptions extends TargetOptions, ApprovalOptions {
  readonly service: QuorumService;
  readonly value: number;
}

/** Adds the commands for the number of approvals that each service requires. */
export function addValueCommands(sign: Command, context: HsmContext): void {
  sign
    .command('list-quorum-values')
    .description('show the number of approvals that each service requires')
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign list-quorum-values')
    .action(act(context, listValues));
  sign
    .command('list-timeouts')
    .description('show the lifetime of tokens, in seconds')
    .addHelpText('after', '\nExample:\n  keyhold hsm quorum token-sign list-timeouts')
    .action(act(context, listTimeouts));
  withApprovalOptions(sign.command('set-quorum-value'))
    .description(
      'set the number of approvals that a service requires (as admin); 1 means no quorum',
    )
    .addOption(
      new Option('--service <service>', 'service that requires the approvals')
        .choices(quorumServices)
        .makeOptionMandatory(),
    )
    .requiredOption('--value <number>', 'number of approvals, 1 to 8', parseValue)
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm quorum token-sign set-quorum-value --service user --value 2',
    )
    .action(act(context, setValue));
}

function parseValue(text: string): number {
  if (!/^[1-8]$/.test(text)) throw new InvalidArgumentError('Must be a number from 1 to 8.');
  return Number(text);
}

async function listValues(context: HsmContext, options: TargetOptions): Promise<object> {
  return withLogin(
    context,
    options,
    async (connection) => (await connection.call('listQuorumValues', {})).values,
  );
}

/** HSMs have one lifetime for all tokens, from their creation. cloudhsm-cli shows two. */
async function listTimeouts(): Promise<object> {
  return { generated: TOKEN_LIFETIME_SECONDS, approved: TOKEN_LIFETIME_SECONDS };
}

async function setValue(context: HsmContext, options: SetOptions): Promise<object | string> {
  const { service, value } = options;
  const call = {
    service: 'quorum',
    command: 'setQuorumValue',
    input: { service, value },
  } as const;
  return withLogin(context, options, (connection) =>
    callApproved(connection, call, options, () => 'Set quorum value successful'),
  );
}
