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

/** `keyhold policy`: why somebody may do something or may not, who can use a key, and what is wrong with a policy. */
export function policyCommand(env: Env, io: CliIo): Command {
  const apiOf = ({ data }: Common): Api =>
    createApi(data === undefined ? accessInEnv(env) : accessInFolder(data));
  const show = <T>(value: T, { json }: Common, render: (value: T) => string): void => {
    io.out(json ? `${JSON.stringify(value, undefined, 2)}\n` : render(value));
  };
  return new Command('policy')
    .description(
      'why a principal may do something or may not, who can use a key, what is wrong with a policy',
    )
    .helpCommand(false)
    .addCommand(
      common(
        'explain',
        'the decision on a request that nobody has made, with the statements that made it; exit code 1 if it is denied',
      )
        .requiredOption('--principal <arn>', 'a user, a role, a session or the root of the account')
        .requiredOption('--action <name>', 'kms:Encrypt, or Encrypt for short')
        .option('--key <id>', 'a key by id, ARN or alias')
        .option('--resource <arn>', 'any other resource')
        .addOption(
          several('--context <key=value>', 'a condition key of the request; again for more'),
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
        'the principals that can use or administer a key, and through which statement or grant',
      )
        .argument('<key>', 'a key by id, ARN or alias')
        .option('--use', 'only cryptographic operations')
        .option('--administer', 'only management')
        .addOption(several('--action <name>', 'only this action; again for more'))
        .action((key: string, options: Common & WhoCanOptions) =>
          attempt(io, async () =>
            show(await whoCan(apiOf(options), key, options), options, renderWhoCan),
          ),
        ),
    )
    .addCommand(
      common(
        'lint',
        'errors, warnings and notes about a policy document; exit code 1 if it would be refused',
      )
        .argument('<file>', 'the policy, JSON')
        .addOption(
          new Option('--kind <kind>', 'what it is for')
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
    .option('--json', 'print the answer as JSON');
}

/** An option that can be given more than once. */
function several(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([])
    .argParser((value: string, before: readonly string[]) => [...before, value]);
}
