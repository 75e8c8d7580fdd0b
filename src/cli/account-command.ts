import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { accessInEnv, accessInFolder } from './access.ts';
import { createApi, type Api } from './api.ts';
import { attempt, type CliIo, type Env } from './io.ts';
import { table } from './table.ts';

interface Options {
  readonly data?: string;
  readonly json?: true;
}

/** `keyhold account`: the accounts of the installation, as the management account's administrators see them. */
export function accountCommand(env: Env, io: CliIo): Command {
  const command = new Command('account')
    .description('make and limit accounts; recover the first administrator')
    .helpCommand(false);
  const act = (
    name: string,
    description: string,
    work: (api: Api, options: Options, ...args: string[]) => Promise<string>,
  ): void => {
    command
      .command(name)
      .description(description)
      .option(
        '--data <folder>',
        'data folder of `keyhold up` (default: the environment, then $KEYHOLD_DATA, then .keyhold)',
      )
      .option('--json', 'print the answer as JSON')
      .action((...given: unknown[]) =>
        attempt(io, async () => {
          // Commander hands over the arguments, then the options, then the command.
          const options = given.at(-2) as Options;
          const args = given.slice(0, -2).filter((one) => typeof one === 'string');
          const api = createApi(
            options.data === undefined ? accessInEnv(env) : accessInFolder(options.data),
          );
          io.out(await work(api, options, ...args));
        }),
      );
  };
  act('list', 'list the accounts', listAccounts);
  act(
    'create [account-id] [name]',
    'make an account, its user admin and an access key, and print that once',
    createAccount,
  );
  act('get-policies <account-id>', 'print the service control policies of an account', getPolicies);
  act(
    'put-policies <account-id> [files]',
    'limit an account by the policies in these files (commas between), or by none',
    putPolicies,
  );
  return command;
}

async function listAccounts(api: Api, { json }: Options): Promise<string> {
  const { Accounts } = await api('keyhold', 'ListAccounts', {});
  if (json) return pretty(Accounts);
  return table(
    ['ACCOUNT', 'NAME', 'MADE', ''],
    Accounts.map(({ AccountId, AccountName = '', CreationDate, Management }) => [
      AccountId,
      AccountName,
      new Date(CreationDate * 1000).toISOString(),
      Management ? 'management account' : '',
    ]),
  );
}

async function createAccount(
  api: Api,
  { json }: Options,
  id?: string,
  name?: string,
): Promise<string> {
  const input = {
    ...(id !== undefined && { AccountId: id }),
    ...(name !== undefined && { AccountName: name }),
  };
  const made = await api('keyhold', 'CreateAccount', input);
  if (json) return pretty(made);
  // In the form of the AWS CLI's credentials file, so that it can be appended to one.
  return `[${made.Account.AccountId}]\naws_access_key_id = ${made.AccessKeyId}\naws_secret_access_key = ${made.SecretAccessKey}\n`;
}

async function getPolicies(api: Api, _options: Options, id: string): Promise<string> {
  const { Policies } = await api('keyhold', 'GetServiceControlPolicies', { AccountId: id });
  return pretty(Policies.map((document) => JSON.parse(document) as unknown));
}

async function putPolicies(api: Api, _options: Options, id: string, files = ''): Promise<string> {
  const Policies = files
    .split(',')
    .filter(Boolean)
    .map((file) => readFileSync(file, 'utf8'));
  await api('keyhold', 'PutServiceControlPolicies', { AccountId: id, Policies });
  return '';
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
