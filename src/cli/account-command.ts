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

const EXAMPLES = `
Examples:
  keyhold account list
  keyhold account create 444455556666 partners >> ~/.aws/credentials
  keyhold account put-policies 444455556666 limits.json
  keyhold account recover --data .keyhold`;

/** `keyhold account`: manages accounts, as an administrator of the management account. */
export function accountCommand(env: Env, io: CliIo): Command {
  const command = new Command('account')
    .description('create and limit accounts; recover the first administrator')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES);
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
      .option('--json', 'print the response as JSON')
      .action((...given: unknown[]) =>
        attempt(io, async () => {
          // Commander passes the arguments, then the options, then the command.
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
    'create an account with its user admin and an access key; the secret is printed only once',
    createAccount,
  );
  act('get-policies <account-id>', 'print the service control policies of an account', getPolicies);
  act(
    'put-policies <account-id> [files]',
    'replace the service control policies of an account by these files (comma-separated), or remove them',
    putPolicies,
  );
  return command;
}

async function listAccounts(api: Api, { json }: Options): Promise<string> {
  const { Accounts } = await api('keyhold', 'ListAccounts', {});
  if (json) return pretty(Accounts);
  return table(
    ['ACCOUNT', 'NAME', 'CREATED', ''],
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
  const created = await api('keyhold', 'CreateAccount', input);
  if (json) return pretty(created);
  const { Account, AccessKeyId, SecretAccessKey } = created;
  // The format of the AWS CLI's credentials file, so that the output can be appended to one.
  return `[${Account.AccountId}]\naws_access_key_id = ${AccessKeyId}\naws_secret_access_key = ${SecretAccessKey}\n`;
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
