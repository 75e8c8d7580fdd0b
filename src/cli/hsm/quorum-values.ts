import { InvalidArgumentError, Option, type Command } from 'commander';
import { quorumServices, type QuorumService } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { APPROVAL, approvalFrom } from './approval-file.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';

/** How long an HSM's token is good. */
const TOKEN_LIFETIME_SECONDS = 600;

interface SetOptions extends TargetOptions {
  readonly service: QuorumService;
  readonly value: number;
  readonly approval?: string;
}

/** How many approvals each service takes. */
export function addValueCommands(sign: Command, context: HsmContext): void {
  sign
    .command('list-quorum-values')
    .description('how many approvals each service takes')
    .action(act(context, listValues));
  sign
    .command('list-timeouts')
    .description('how long tokens are good, in seconds')
    .action(act(context, listTimeouts));
  sign
    .command('set-quorum-value')
    .description('set how many approvals a service takes (as admin); 1 is no quorum')
    .addOption(
      new Option('--service <service>', 'for what').choices(quorumServices).makeOptionMandatory(),
    )
    .requiredOption('--value <number>', 'from 1 to 8', parseValue)
    .option(...APPROVAL)
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm quorum token-sign set-quorum-value --service user --value 2',
    )
    .action(act(context, setValue));
}

function parseValue(text: string): number {
  if (!/^[1-8]$/.test(text)) throw new InvalidArgumentError('It is a number from 1 to 8.');
  return Number(text);
}

async function listValues(context: HsmContext, options: TargetOptions): Promise<object> {
  return withLogin(
    context,
    options,
    async (connection) => (await connection.call('listQuorumValues', {})).values,
  );
}

/** The HSMs have one time for all tokens, from their making on; cloudhsm-cli shows two. */
async function listTimeouts(): Promise<object> {
  return { generated: TOKEN_LIFETIME_SECONDS, approved: TOKEN_LIFETIME_SECONDS };
}

async function setValue(
  context: HsmContext,
  { service, value, approval, ...target }: SetOptions,
): Promise<string> {
  return withLogin(context, target, async (connection) => {
    await connection.call('setQuorumValue', { service, value, ...approvalFrom(approval) });
    return 'Set quorum value successful';
  });
}
