import { Command } from 'commander';
import { accessInFolder, dataFolder } from './access.ts';
import { attempt, type CliIo, type Env } from './io.ts';

/** `keyhold env`: prints shell commands that point AWS clients at Keyhold. */
export function envCommand(env: Env, io: CliIo): Command {
  return new Command('env')
    .description('print the variables that point AWS clients at Keyhold')
    .option(
      '--data <folder>',
      'data folder of `keyhold up` (default: $KEYHOLD_DATA, then .keyhold)',
    )
    .addHelpText('after', '\nExample:\n  eval "$(keyhold env)"\n  aws kms list-keys')
    .action(({ data }: { data?: string }) =>
      attempt(io, () => io.out(exportLines(dataFolder(env, data)))),
    );
}

function exportLines(folder: string): string {
  const { endpoint, region, accessKeyId, secretAccessKey, authorityFile } = accessInFolder(folder);
  const variables = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey.reveal(),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...(authorityFile !== undefined && {
      AWS_CA_BUNDLE: authorityFile,
      NODE_EXTRA_CA_CERTS: authorityFile,
    }),
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`)
    .join('');
}

function shellQuoted(text: string): string {
  return /^[\w./:+=@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
