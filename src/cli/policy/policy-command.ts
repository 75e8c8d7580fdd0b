import { Command, Option } from 'commander';
import { accessInEnv, accessInFolder } from '../access.ts';
import { createApi, type Api } from '../api.ts';
import { attempt, type CliIo, type Env } from '../io.ts';
import { explain, renderExplanation, type ExplainOptions } from './explain.ts';
import { lint, renderFindings } from './lint.ts';
import { renderWhoCan, whoCan, type WhoCanOptions } from './who-can.ts';

interface Common {
  readonly data?: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  keyhold policy explain --principal arn:aws:iam::111122223333:user/ana --action Decrypt --key alias/ledger
  keyhold policy who-can alias/ledger --use
  keyhold policy lint policy.json --kind key`;

/** `keyhold policy`: explains decisions, lists who can use a key, and checks policy documents. */
export function policyCommand(env: Env, io: CliIo): Command {
  const apiOf = ({ data }: Common): Api =>
    createApi(data === undefined ? accessInEnv(env) : accessInFolder(data));
  const show = <T>(value: T, { json }: Common, render: (value: T) => string): void => {
    io.out(json ? `${JSON.stringify(value, undefined, 2)}\n` : render(value));
  };
  return new Command('policy')
    .description('explain access decisions, list who can use a key, check a policy document')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES)
    .addCommand(
      common(
        'explain',
        'explain the decision on a hypothetical request and show the statements behind it; exit code 1 if denied',
      )
        .requiredOption(
          '--principal <arn>',
          'ARN of a user, a role, a session or the root of the account',
        )
        .requiredOption('--action <name>', 'an action, e.g. kms:Encrypt or Encrypt')
        .option('--key <id>', 'a key by id, ARN or alias')
        .option('--resource <arn>', 'ARN of any other resource')
        .addOption(
          repeatable(
            '--context <key=value>',
            'value of a condition key of the request; repeatable',
          ),
        )
        .action((options: Common & ExplainOptions) =>
          attempt(io, async () => {
            const explanation = await explain(apiOf(options), options);
            show(explanation, options, renderExplanation);
            if (explanation.Decision === 'DENIED') io.setExitCode(1);
          }),
        ),
    )
    .addCommand(
      common(
        'who-can',
        'list the principals that can use or administer a key, and the statements or grants that allow it',
      )
        .argument('<key>', 'a key by id, ARN or alias')
        .option('--use', 'show only cryptographic operations')
        .option('--administer', 'show only management operations')
        .addOption(repeatable('--action <name>', 'show only this action; repeatable'))
        .action((key: string, options: Common & WhoCanOptions) =>
          attempt(io, async () =>
            show(await whoCan(apiOf(options), key, options), options, renderWhoCan),
          ),
        ),
    )
    .addCommand(
      common(
        'lint',
        'report errors, warnings and notes about a policy document; exit code 1 if it would be rejected',
      )
        .argument('<file>', 'JSON file with the policy')
        .addOption(
          new Option('--kind <kind>', 'kind of the policy')
            .choices(['key', 'identity', 'trust'])
            .default('key'),
        )
        .action((file: string, options: Common & { readonly kind: string }) =>
          attempt(io, async () => {
            const findings = await lint(apiOf(options), file, options.kind);
            show(findings, options, renderFindings);
            if (findings.some(({ Level }) => Level === 'error')) io.setExitCode(1);
          }),
        ),
    );
}

function common(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '--data <folder>',
      'data folder of `keyhold up` (default: the environment, then $KEYHOLD_DATA, then .keyhold)',
    )
    .option('--json', 'print the response as JSON');
}

/** Creates an option that can be repeated. */
function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([], 'none')
    .argParser((value: string, previous: readonly string[]) => [...previous, value]);
}
